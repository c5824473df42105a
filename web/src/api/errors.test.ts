import { ServiceAccountsError } from '@orki/service-accounts-client';
import { beforeAll, describe, expect, it } from 'vitest';
import { errorTable } from '../../../src/errors.ts';
import { loadLanguage } from '../i18n/languages.ts';
import { type Texts, textsOf } from '../i18n/text.ts';
import { SessionEndedError } from './access-token.ts';
import { describeError } from './errors.ts';

const texts: Partial<Record<'en' | 'ar', Texts>> = {};
beforeAll(async () => {
  for (const language of ['en', 'ar'] as const) texts[language] = textsOf(await loadLanguage(language));
});
const describeIn = (language: 'en' | 'ar', error: unknown) => describeError(error, texts[language] as Texts);

const problem = (code: string, rest: object = {}) =>
  new ServiceAccountsError({
    type: 'https://example.test/problem',
    title: 'The title of the service',
    status: 400,
    code: code as 'invalid-request',
    requestId: 'request-1',
    detail: 'What the service says',
    ...rest,
  });

describe('an error', () => {
  it.each(Object.keys(errorTable))('%s is told in the words of the page, with its request', (code) => {
    for (const language of ['en', 'ar'] as const) {
      const { text, requestId } = describeIn(language, problem(code));
      expect(text).not.toContain('the service says');
      expect(text).not.toContain('error.');
      expect(requestId).toBe('request-1');
    }
  });

  it('of a later version of the service is told in its own words', () => {
    expect(describeIn('en', problem('not-known-yet')).text).toBe('What the service says');
  });

  it.each([
    [new TypeError('Failed to fetch'), /can’t be reached/],
    [new SessionEndedError(), /session has ended/],
    [new Error('HTTP 502 from a proxy'), /doesn’t understand/],
    ['thrown by a host', /doesn’t understand/],
  ])('that is none of the service is told without its own words', (error, expected) => {
    expect(describeIn('en', error).text).toMatch(expected);
  });
});

describe('an error of a field', () => {
  const field = (pointer: string, code: string, part = 'body') =>
    problem('invalid-request', { errors: [{ in: part, pointer, code, detail: 'What the service says' }] });

  it.each([
    [
      '/username',
      'mixed-scripts',
      { username: 'Use the letters of one script only, and the digits 0 to 9.' },
    ],
    ['/description', 'too-long', { description: 'At most 500 characters.' }],
    [
      '/permissions/3',
      'unknown-permission',
      { permissions: expect.stringContaining('doesn’t exist any more') },
    ],
    ['/mode', 'required', { mode: 'Choose a permission mode.' }],
    ['/secretLifetimeDays', 'too-late', { expiry: expect.stringContaining('longer than the operator') }],
    ['/secretExpiresAt', 'past', { expiry: 'That time is over already.' }],
    ['/username', 'new-rule', { username: 'What the service says' }],
    ['/usernames', 'too-long', {}],
    ['', 'invalid-type', {}],
  ])('at %j, %s, stands at its field', (pointer, code, expected) => {
    expect(describeIn('en', field(pointer, code)).fields).toEqual(expected);
  });

  it('that is taken by another account stands at the username', () => {
    expect(describeIn('en', problem('username-taken')).fields.username).toContain('Another service account');
  });

  it('that comes of Keycloak ending no secrets stands at the expiry', () => {
    expect(describeIn('en', problem('secret-expiry-unavailable')).fields.expiry).toContain(
      'can’t have an end',
    );
  });

  it('of another part of the request stands at no field', () => {
    expect(describeIn('en', field('/username', 'too-long', 'query')).fields).toEqual({});
  });
});
