import { describe, expect, it } from 'vitest';
import { usernameFault, usernameKey } from '../../src/service-accounts/username.ts';
import { create, created } from '../support/accounts.ts';
import { testApp } from '../support/test-app.ts';

const accepted = [
  'a',
  'Zapier sync',
  'crm_import-2.0',
  'Zoë Ångström',
  'Интеграция склада 2',
  '顧客データ同期',
  'ひらがな カタカナ 漢字',
  '한국어 연동',
  'مزامنة',
  'ซิงค์ข้อมูล',
  'x'.repeat(64),
  '𠮷'.repeat(64),
];

const refused: [string, string][] = [
  ['', 'too-short'],
  ['x'.repeat(65), 'too-long'],
  ['𠮷'.repeat(65), 'too-long'],
  [' x', 'spaces'],
  ['x ', 'spaces'],
  ['x  y', 'spaces'],
  ['x\ty', 'characters'],
  ['x\r\ny', 'characters'],
  ['x\0', 'characters'],
  ['x\u00a0y', 'characters'],
  ['x\u200by', 'characters'],
  ['x\u200dy', 'characters'],
  ['x\u2060y', 'characters'],
  ['\ufeffx', 'characters'],
  ['x\u00ady', 'characters'],
  ['x\ufe0f', 'characters'],
  ['x\u034fy', 'characters'],
  ['\u3164', 'characters'],
  ['가\u115f', 'characters'],
  ['x\u202ey', 'characters'],
  ['x\ud800', 'characters'],
  ['\udc00x', 'characters'],
  ['x🎈', 'characters'],
  ['x"y', 'characters'],
  ['x/y', 'characters'],
  ['x:y', 'characters'],
  ['<img onerror>', 'characters'],
  ['=cmd|', 'characters'],
  ['\u001b[31m', 'characters'],
  ['r\u0430ypal', 'mixed-scripts'],
  ['\u0440\u0430ypal', 'mixed-scripts'],
  ['Ελληνικά x', 'mixed-scripts'],
  ['ひらがな 한국', 'mixed-scripts'],
  ['latin 漢字', 'mixed-scripts'],
  ['x ١٢', 'mixed-scripts'],
];

describe('a username', () => {
  it.each(accepted)('may be %s', (username) => {
    expect(usernameFault(username)).toBeUndefined();
  });

  it.each(refused)('may not be %j: %s', (username, code) => {
    expect(usernameFault(username)?.code).toBe(code);
  });

  it.each(refused)('that may not be is a 400 before any call to Keycloak: %j', async (username, code) => {
    const service = await testApp();
    const answer = await create(service, { username });
    expect(answer).toMatchObject({
      status: 400,
      body: { errors: [{ in: 'body', pointer: '/username', code }] },
    });
    expect(service.keycloak.calls).toEqual([]);
  });

  it('is normalised to NFC, and counted after that', async () => {
    const service = await testApp();
    const decomposed = 'e\u0301'.repeat(64);
    expect((await created(service, { username: decomposed })).username).toBe('\u00e9'.repeat(64));
  });

  it.each([
    ['Zapier', 'ZAPIER'],
    ['Ｚａｐｉｅｒ', 'zapier'],
    ['\ufb01le', 'FILE'],
    ['Zo\u00eb', 'ZOE\u0308'],
    ['ΟΔΥΣΣΕΥΣ', 'οδυσσευς'],
    ['ﾃﾞｰﾀ', 'データ'],
  ])('%s is the same as %s', (one, other) => {
    expect(usernameKey(one)).toBe(usernameKey(other));
  });

  it.each([
    ['a.b', 'a-b'],
    ['a b', 'ab'],
    ['Zoe', 'Zoë'],
  ])('%s is another than %s', (one, other) => {
    expect(usernameKey(one)).not.toBe(usernameKey(other));
  });
});
