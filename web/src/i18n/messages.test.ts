import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileMessageOrThrow } from '@lingui/message-utils/compileMessage';
import { beforeAll, describe, expect, it } from 'vitest';
import { faultsOf } from '../../messages-plugin.ts';
import { languages, loadLanguage, type MessageId, nearestLanguage } from './languages.ts';
import { type Texts, textsOf } from './text.ts';

type Source = Record<string, string>;
const folder = join(import.meta.dirname, 'messages');
/** As they are written: imported here, they are compiled. */
const sourceOf = async (name: string): Promise<Source> =>
  (await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(withoutTypes(name))}`))
    .messages;
const withoutTypes = (name: string) =>
  readFileSync(join(folder, `${name}.ts`), 'utf8')
    .replace(/^import type.*$/m, '')
    .replace(/\} as const[^;]*;/, '};');

let en: Source;
let ar: Source;
beforeAll(async () => {
  en = await sourceOf('en');
  ar = await sourceOf('ar');
});

/** The names of what is put into a message, and in which way. */
const placeholders = (message: string): string[] => {
  const names = new Set<string>();
  const visit = (tokens: unknown): void => {
    if (!Array.isArray(tokens)) return;
    for (const token of tokens) {
      if (!Array.isArray(token)) continue;
      const [name, type, choices] = token;
      names.add(type ? `${name}:${type}` : name);
      if (choices && typeof choices === 'object') for (const part of Object.values(choices)) visit(part);
    }
  };
  visit(compileMessageOrThrow(message));
  return [...names].sort();
};

describe('the messages', () => {
  it('say the same with the same values in both languages', () => {
    const different = Object.keys(en).filter(
      (key) => placeholders(en[key] ?? '').join() !== placeholders(ar[key] ?? '').join(),
    );
    expect(different).toEqual([]);
  });

  it('have each form that the language counts with', () => {
    for (const [messages, language] of [
      [en, 'en'],
      [ar, 'ar'],
    ] as const) {
      const wanted = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
      for (const [key, message] of Object.entries(messages)) {
        const [, choices] = /\{count, plural, (.*)\}/s.exec(message) ?? [];
        if (choices === undefined) continue;
        for (const category of wanted) expect(`${key}: ${choices}`).toContain(`${category} {`);
      }
    }
  });

  it('are each used', () => {
    const sources = readdirSync(join(import.meta.dirname, '..'), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name) && !/messages\/|\.test\./.test(name))
      .map((name) => readFileSync(join(import.meta.dirname, '..', name), 'utf8'))
      .join('\n');
    // Some names are put together: their beginning stands before a value, or their end after one.
    const isUsed = (key: string) =>
      sources.includes(`'${key}'`) ||
      key
        .split('.')
        .some((_, index, parts) => sources.includes(`\`${parts.slice(0, index + 1).join('.')}.\${`));
    expect(Object.keys(en).filter((key) => !isUsed(key))).toEqual([]);
  });

  it('have no fault that would stop the build', () => {
    expect([...faultsOf(en, en), ...faultsOf(en, ar)]).toEqual([]);
  });

  it('stop the build where one is missing, is unknown in English, or is not well formed', () => {
    const english = { first: 'One', second: 'Two' };
    expect(faultsOf(english, { first: '{Eins', third: 'Drei', 'permission.a:b': 'Ein Recht' })).toEqual([
      'second is missing',
      'third is not among the English messages',
      'first is not well formed',
    ]);
  });
});

describe('the texts of a language', () => {
  let texts: Record<'en' | 'ar', Texts>;
  beforeAll(async () => {
    texts = { en: textsOf(await loadLanguage('en')), ar: textsOf(await loadLanguage('ar')) };
  });

  it('count as the language does', () => {
    const counted = (language: 'en' | 'ar', count: number) => texts[language].t('list.shown', { count });
    expect([1, 2, 500].map((count) => counted('en', count))).toEqual([
      '1 service account',
      '2 service accounts',
      '500 service accounts',
    ]);
    expect([1, 2, 3, 11].map((count) => counted('ar', count).replaceAll(/[٠-٩]+|\d+/g, '#'))).toEqual([
      'حساب خدمة واحد',
      'حسابا خدمة',
      '# حسابات خدمة',
      '# حساب خدمة',
    ]);
  });

  it('keep a name of another direction from turning a sentence around', () => {
    expect(texts.ar.t('edit.title', { username: 'crm-sync' })).toContain('\u2068crm-sync\u2069');
    expect(texts.en.t('edit.title', { username: 'crm-sync' })).toBe('Edit crm-sync');
  });

  it.each([
    [0, 'just now'],
    [59, 'just now'],
    [60, '1 minute ago'],
    [3600, '1 hour ago'],
    [86_400, 'yesterday'],
    [86_400 * 10, 'last week'],
    [86_400 * 400, 'last year'],
  ])('say how long ago %s seconds are', (seconds, expected) => {
    const now = Date.parse('2026-11-25T12:00:00Z');
    const time = new Date(now - seconds * 1000).toISOString();
    expect(texts.en.relative(time, now)).toBe(expected);
  });

  it.each([
    [-5, 'in 1 minute'],
    [90, 'in 1 minute'],
    [3 * 3600 - 1, 'in 3 hours'],
    [3 * 3600 - 600, 'in 2 hours'],
    [86_400, 'in 24 hours'],
    [86_400 * 12, 'in 12 days'],
    [86_400 * 29.99, 'in 30 days'],
    [86_400 * 29.9, 'in 29 days'],
    [86_400 * 365, 'in 12 months'],
    [86_400 * 75, 'in 2 months'],
  ])('say how far away %s seconds are, rounded down but for a moment', (seconds, expected) => {
    const now = Date.parse('2026-11-25T12:00:00Z');
    expect(texts.en.until(new Date(now + seconds * 1000).toISOString(), now)).toBe(expected);
  });

  it('exist for every message name', () => {
    for (const language of ['en', 'ar'] as const) {
      for (const key of Object.keys(en) as MessageId[]) expect(texts[language].t(key)).not.toBe(key);
    }
  });
});

it.each([
  [['ar-EG', 'en'], 'ar'],
  [['de', 'ar'], 'ar'],
  [['de-CH'], 'en'],
  [[], 'en'],
])('of %j, the nearest language is %s', (wanted, expected) => {
  expect(nearestLanguage(wanted)).toBe(expected);
  expect(Object.keys(languages)).toContain(expected);
});
