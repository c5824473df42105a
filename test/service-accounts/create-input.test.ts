import { describe, expect, it } from 'vitest';
import { create, created, edit, pathOf } from '../support/accounts.ts';
import { testApp } from '../support/test-app.ts';

const valid = { username: 'Zapier sync', mode: 'agent' };
const custom = { ...valid, mode: 'custom' };

/** What is wrong with a body, and where the answer says so. */
const wrongBodies: [string, unknown, { pointer: string; code: string }[]][] = [
  [
    'no username and no mode',
    {},
    [
      { pointer: '/username', code: 'required' },
      { pointer: '/mode', code: 'required' },
    ],
  ],
  [
    'a username that is a number',
    { ...valid, username: 1 },
    [{ pointer: '/username', code: 'invalid-type' }],
  ],
  ['a username that is null', { ...valid, username: null }, [{ pointer: '/username', code: 'invalid-type' }]],
  ['an empty username', { ...valid, username: '' }, [{ pointer: '/username', code: 'too-short' }]],
  ['an unknown mode', { ...valid, mode: 'root' }, [{ pointer: '/mode', code: 'invalid-value' }]],
  ['a mode in another case', { ...valid, mode: 'Admin' }, [{ pointer: '/mode', code: 'invalid-value' }]],
  ['custom without permissions', custom, [{ pointer: '/permissions', code: 'required' }]],
  ['no permission', { ...custom, permissions: [] }, [{ pointer: '/permissions', code: 'too-small' }]],
  [
    'a permission twice',
    { ...custom, permissions: ['ai:use', 'ai:use'] },
    [{ pointer: '/permissions', code: 'repeated' }],
  ],
  [
    '10,000 permissions',
    { ...custom, permissions: Array(10_000).fill('a') },
    [{ pointer: '/permissions', code: 'too-big' }],
  ],
  [
    'permissions as text',
    { ...custom, permissions: 'ai:use' },
    [{ pointer: '/permissions', code: 'invalid-type' }],
  ],
  [
    'a permission that is none',
    { ...custom, permissions: ['ai:use', 'ai:rule'] },
    [{ pointer: '/permissions/1', code: 'unknown-permission' }],
  ],
  [
    'a mode as permission',
    { ...custom, permissions: ['mode-admin'] },
    [{ pointer: '/permissions/0', code: 'unknown-permission' }],
  ],
  [
    "Keycloak's own role",
    { ...custom, permissions: ['manage-clients'] },
    [{ pointer: '/permissions/0', code: 'unknown-permission' }],
  ],
  [
    'permissions in mode admin',
    { ...valid, mode: 'admin', permissions: ['ai:use'] },
    [{ pointer: '/permissions', code: 'mode-not-custom' }],
  ],
  [
    'permissions in mode agent',
    { ...valid, permissions: ['ai:use'] },
    [{ pointer: '/permissions', code: 'mode-not-custom' }],
  ],
  [
    'a description of 501 characters',
    { ...valid, description: 'x'.repeat(501) },
    [{ pointer: '/description', code: 'too-long' }],
  ],
  [
    'a description with NUL',
    { ...valid, description: 'a\0b' },
    [{ pointer: '/description', code: 'characters' }],
  ],
  [
    'a description with an escape sequence',
    { ...valid, description: '\u001b[31m' },
    [{ pointer: '/description', code: 'characters' }],
  ],
  [
    'a description with a carriage return',
    { ...valid, description: 'a\r\nb' },
    [{ pointer: '/description', code: 'characters' }],
  ],
  [
    'a description with half a character',
    { ...valid, description: 'a\ud800b' },
    [{ pointer: '/description', code: 'characters' }],
  ],
  ['an array', [valid], [{ pointer: '', code: 'invalid-type' }]],
  ['a text', '"x"', [{ pointer: '', code: 'invalid-type' }]],
  ['null', 'null', [{ pointer: '', code: 'invalid-type' }]],
];

const foreignFields = {
  attributes: { 'orki.tenant': 'globex' },
  protocolMappers: [],
  fullScopeAllowed: true,
  secret: 'chosen',
  clientSecret: 'chosen',
  id: '5b0c9a4e-1111-4222-8333-944445555666',
  clientId: 'orki-api',
  redirectUris: ['https://evil.test'],
  enabled: true,
  status: 'active',
  tenantId: 'globex',
};

describe('an empty list of permissions, which generated clients send for one that was not set', () => {
  it.each(['admin', 'agent'])('counts as none in mode %s', async (mode) => {
    const service = await testApp();
    expect(await create(service, { mode, permissions: [] })).toMatchObject({ status: 201, body: { mode } });
  });

  it('makes no other request of a repeated one', async () => {
    const service = await testApp();
    const headers = { 'idempotency-key': 'the-same' };
    const bodies = [valid, { ...valid, permissions: [] }];
    const statuses = [];
    for (const body of bodies)
      statuses.push((await service.request({ method: 'POST', headers, body })).status);
    expect(statuses).toEqual([201, 201]);
  });
});

describe('a body that is not right', () => {
  it.each(wrongBodies)('names the field, and never reaches Keycloak: %s', async (_name, body, errors) => {
    const service = await testApp();
    const answer = await service.request({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request', errors } });
    expect(answer.body.errors).toHaveLength(errors.length);
    expect(service.keycloak.calls.filter((call) => call !== 'catalogue')).toEqual([]);
  });

  it.each(Object.entries(foreignFields))(
    'is refused for the field %s, on create and edit',
    async (name, value) => {
      const service = await testApp();
      const { id } = await created(service, { username: 'other' });
      const calls = service.keycloak.calls.length;
      for (const answer of [
        await create(service, { [name]: value }),
        await edit(service, id, { [name]: value }),
      ]) {
        expect(answer).toMatchObject({
          status: 400,
          body: { errors: [{ in: 'body', pointer: `/${name}`, code: 'unknown-field' }] },
        });
      }
      expect(service.keycloak.calls).toHaveLength(calls);
    },
  );

  it('has all its wrong fields named at once, by JSON pointers with their escapes', async () => {
    const service = await testApp();
    const { body } = await create(service, { username: ' x', mode: 'x', 'a/b~c': 1, extra: 2 });
    const pointers = body.errors.map(({ pointer }: { pointer: string }) => pointer).sort();
    expect(pointers).toEqual(['/a~1b~0c', '/extra', '/mode', '/username']);
    expect(body.detail).toBe(
      'username may not begin or end with a space, or have two in a row. mode has to be admin, agent or custom, not "x". There is no field "a/b~c". The fields are username, description, mode, permissions, credentials, secretExpiresAt and secretLifetimeDays. The same request has 1 more fault.',
    );
  });

  it.each(['{"__proto__":{"mode":"admin"}', '{"constructor":{"prototype":{"mode":"admin"}}'])(
    'pollutes no prototype: %s',
    async (start) => {
      const service = await testApp();
      const body = `${start},"username":"x","mode":"agent"}`;
      const headers = { 'content-type': 'application/json' };
      const { id } = await created(service);
      const calls = service.keycloak.calls.length;
      for (const method of ['POST', 'PATCH'] as const) {
        const path = method === 'PATCH' ? pathOf(id) : '/acme/service-accounts';
        const answer = await service.request({ method, path, headers, body });
        expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-json' } });
      }
      expect(service.keycloak.calls).toHaveLength(calls);
      expect({}).not.toHaveProperty('mode');
    },
  );

  it('takes the last of two values for one key, as documented', async () => {
    const service = await testApp();
    const body = '{"mode":"admin","username":"x","mode":"agent"}';
    const answer = await service.request({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(answer).toMatchObject({ status: 201, body: { mode: 'agent' } });
  });
});

describe('a description', () => {
  it.each([
    'x'.repeat(500),
    '🎈'.repeat(500),
    'line 1\nline 2\ttab',
    '<img src=x onerror=alert(1)> =cmd| {"level":50}',
  ])('is kept as it is: %j', async (description) => {
    const service = await testApp();
    expect((await created(service, { description })).description).toBe(description);
  });

  it('is normalised to NFC', async () => {
    const service = await testApp();
    expect((await created(service, { description: 'Zoe\u0308' })).description).toBe('Zo\u00eb');
  });
});
