import { beforeAll, expect, it } from 'vitest';
import { loadLanguage } from '../i18n/languages.ts';
import { type Texts, textsOf } from '../i18n/text.ts';
import { catalogueFor } from '../testing/samples.ts';
import { grantSentence } from './grant-sentence.ts';

let en: Texts;
let ar: Texts;
beforeAll(async () => {
  en = textsOf(await loadLanguage('en'));
  ar = textsOf(await loadLanguage('ar'));
});
const catalogue = catalogueFor();
const sentence = (mode: 'admin' | 'agent' | 'custom' | undefined, ...chosen: string[]) => {
  const { can, cannot } = grantSentence(catalogue, mode, new Set(chosen), en);
  return cannot === undefined ? can : `${can} ${cannot}`;
};

it('asks for a mode, then for permissions', () => {
  expect(sentence(undefined)).toMatch(/^Choose a permission mode/);
  expect(sentence('custom')).toMatch(/^Select permissions/);
});

it('says what is granted, and names what matters among the rest', () => {
  expect(sentence('custom', 'customers:read')).toBe(
    'Can view customers. No access to team, service accounts, and AI.',
  );
  expect(sentence('custom', 'ai:use', 'team:read')).toBe(
    'Can use AI features and view team. No access to service accounts and customers.',
  );
});

it('takes a whole group together', () => {
  expect(sentence('custom', 'customers:read', 'customers:write')).toContain(
    'Can do everything with customers.',
  );
});

it('knows what the fixed modes include', () => {
  expect(sentence('admin')).toBe('Can do everything in Orki, including what is added later.');
  expect(sentence('agent', 'team:read')).toBe(
    'Can view customers and use AI features. No access to team and service accounts.',
  );
});

it('says nothing of the rest where there is none', () => {
  const all = catalogue.groups.flatMap(({ permissions }) => permissions.map(({ name }) => name));
  expect(sentence('custom', ...all)).not.toContain('No access');
});

it('speaks the language of the page', () => {
  const { can } = grantSentence(catalogue, 'custom', new Set(['customers:read', 'ai:use']), ar);
  expect(can.replaceAll(/[\u2068\u2069]/g, '')).toBe('يمكنه عرض العملاء واستخدام ميزات الذكاء الاصطناعي.');
});
