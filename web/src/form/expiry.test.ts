import { beforeAll, describe, expect, it } from 'vitest';
import { loadLanguage } from '../i18n/languages.ts';
import { type Texts, textsOf } from '../i18n/text.ts';
import {
  dateBounds,
  type Expiry,
  type ExpiryRules,
  endOf,
  expiryError,
  expiryFields,
  offeredExpiries,
  usualExpiry,
} from './expiry.ts';

const now = new Date('2026-11-25T12:00:00').getTime();
const dayMs = 86_400_000;
const free: ExpiryRules = { maxDays: null, isUnavailable: false };
const limited: ExpiryRules = { maxDays: 60, isUnavailable: false };
const off: ExpiryRules = { maxDays: null, isUnavailable: true };
const madeFor = (days: number) => ({
  secretCreatedAt: new Date(now).toISOString(),
  secretExpiresAt: new Date(Math.floor((now + days * dayMs) / 1000) * 1000).toISOString(),
});
const eternal = { secretCreatedAt: new Date(now).toISOString(), secretExpiresAt: null };
const date = (text: string): Expiry => ({ choice: 'date', date: text });

describe('what is chosen until the person chooses', () => {
  it.each([
    ['a new account', undefined, free, 'never'],
    ['a new account under a limit', undefined, limited, 60],
    ['a secret without an end', eternal, free, 'never'],
    ['a secret of 90 days', madeFor(90), free, 90],
    ['a secret of 45 days', madeFor(45), free, 'same'],
    ['a secret of 90 days under a limit', madeFor(90), limited, 60],
  ])('for %s is what the service does by itself', (_, before, rules, expected) => {
    expect(usualExpiry(before, rules).choice).toBe(expected);
  });
});

describe('what is offered', () => {
  const offered = (rules: ExpiryRules) => offeredExpiries('never', rules).map(({ choice }) => choice);
  const refused = (rules: ExpiryRules) =>
    offeredExpiries('never', rules)
      .filter(({ obstacle }) => obstacle)
      .map(({ choice, obstacle }) => [choice, obstacle]);

  it('is never, three numbers of days, and a date', () => {
    expect(offered(free)).toEqual(['never', 30, 90, 365, 'date']);
    expect(refused(free)).toEqual([]);
  });

  it('is also the limit of the operator, and nothing beyond it can be chosen', () => {
    expect(offered(limited)).toEqual(['never', 30, 60, 90, 365, 'date']);
    expect(refused(limited).map(([choice]) => choice)).toEqual(['never', 90, 365]);
  });

  it('is never alone where Keycloak ends no secrets', () => {
    expect(refused(off).map(([choice]) => choice)).toEqual([30, 90, 365, 'date']);
  });
});

describe('a date', () => {
  let texts: Texts;
  beforeAll(async () => {
    texts = textsOf(await loadLanguage('en'));
  });
  const error = (text: string, rules = limited) => expiryError(date(text), rules, now, texts);

  it('is today at the earliest, and at the latest the last whose end the limit allows', () => {
    expect(dateBounds(limited, now)).toEqual({ min: '2026-11-25', max: '2027-01-23' });
    const atTheEndOfADay = new Date('2026-11-25T23:59:59').getTime();
    expect(dateBounds(limited, atTheEndOfADay).max).toBe('2027-01-24');
  });

  it('that is missing, over, or beyond the limit is told before the service is asked', () => {
    expect(error('')).toBe('Choose a date.');
    expect(error('2026-11-24')).toContain('over');
    expect(error('2027-01-24')).toContain('longer');
    expect(error('2026-11-25')).toBeUndefined();
    expect(error('2027-01-23')).toBeUndefined();
  });

  it('means the end of that day where the person is', () => {
    const end = new Date('2026-12-31T23:59:59').toISOString();
    expect(expiryFields(date('2026-12-31'))).toEqual({ secretExpiresAt: end });
    expect(endOf(date('2026-12-31'), undefined, now)).toBe(end);
    expect(endOf(date(''), undefined, now)).toBeUndefined();
  });
});

it('asks the service for what was chosen', () => {
  const fields = (choice: Expiry['choice']) => expiryFields({ choice, date: '' });
  expect([fields('same'), fields('never'), fields(90)]).toEqual([
    {},
    { secretExpiresAt: null },
    { secretLifetimeDays: 90 },
  ]);
  expect(endOf({ choice: 'same', date: '' }, madeFor(45), now + dayMs)).toBe(
    new Date(now + 46 * dayMs).toISOString(),
  );
});
