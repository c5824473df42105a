import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { callsOnOne, created, pathOf, people, stateOf } from '../support/accounts.ts';
import { testApp } from '../support/test-app.ts';

const wrongTenant = { status: 403, body: { code: 'wrong-tenant' } };
const onTenant = [
  { method: 'GET', path: '/acme/permissions' },
  { method: 'GET', path: '/acme/service-accounts' },
  { method: 'POST', path: '/acme/service-accounts', body: { username: 'x', mode: 'agent' } },
] as const;

describe('a token of another tenant', () => {
  it.each(onTenant)('is refused for $method $path, and Keycloak is not asked', async (call) => {
    const service = await testApp();
    expect(await service.request({ ...people.globexAdmin, ...call })).toMatchObject(wrongTenant);
    expect(service.keycloak.calls).toEqual([]);
  });

  it.each(callsOnOne)('is refused for $method …$below, there or not, in the same words', async (call) => {
    const { method, below, ...rest } = call;
    const service = await testApp();
    const { id } = await created(service);
    const before = stateOf(service);
    const calls = service.keycloak.calls.length;
    const bodies = [];
    for (const known of [id, randomUUID()]) {
      const path = `${pathOf(known)}${below}`;
      const answer = await service.request({ ...people.globexAdmin, method, path, ...rest });
      expect(answer).toMatchObject(wrongTenant);
      bodies.push({ ...answer.body, requestId: undefined });
    }
    expect(bodies[0]).toEqual(bodies[1]);
    expect(service.keycloak.calls).toHaveLength(calls);
    expect(stateOf(service)).toEqual(before);
  });

  it.each(['Acme', 'acme ', 'acm', 'acme2'])('is not taken for one of acme: %j', async (tenantId) => {
    const service = await testApp();
    const answer = await service.request({ tenantId, path: '/acme/service-accounts' });
    expect(answer).toMatchObject(wrongTenant);
  });

  it.each(['x-tenant-id', 'x-forwarded-host', 'x-original-url', 'x-http-method-override'])(
    'is not helped by the header %s',
    async (header) => {
      const service = await testApp();
      const { id } = await created(service);
      const headers = { [header]: header.startsWith('x-http') ? 'DELETE' : 'acme' };
      const foreign = await service.request({ ...people.globexAdmin, headers });
      expect(foreign).toMatchObject(wrongTenant);
      expect((await service.request({ path: pathOf(id), headers })).status).toBe(200);
      expect(service.keycloak.clients.has(id)).toBe(true);
    },
  );
});

describe("another tenant's id on the caller's own path", () => {
  it.each(callsOnOne)('cannot be told from one that is absent: $method …$below', async (call) => {
    const { method, below, ...rest } = call;
    const service = await testApp();
    const { id } = await created(service);
    const before = stateOf(service);
    const seen = [];
    for (const known of [id, randomUUID()]) {
      const calls = service.keycloak.calls.length;
      const path = `${pathOf(known, 'globex')}${below}`;
      const { status, body } = await service.request({ ...people.globexAdmin, method, path, ...rest });
      expect(status).toBe(404);
      seen.push({ body: { ...body, requestId: '' }, calls: service.keycloak.calls.slice(calls).sort() });
    }
    expect(seen[0]).toEqual(seen[1]);
    expect(stateOf(service)).toEqual(before);
  });
});

describe('an id that is none', () => {
  const ids = [
    '..%2fusers',
    '%2e%2e%2fusers',
    'orki-api',
    '1',
    '%00',
    '*',
    `${randomUUID()}%2frole-mappings`,
    "'",
  ];

  it.each(ids)('is refused by its pointer before any call to Keycloak: %s', async (id) => {
    const service = await testApp();
    for (const { method, below, ...rest } of callsOnOne) {
      const answer = await service.request({ method, path: `${pathOf(id)}${below}`, ...rest });
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ in: 'path', pointer: '/id' }] } });
    }
    expect(service.keycloak.calls).toEqual([]);
  });

  it('is the same in capitals', async () => {
    const service = await testApp();
    const { id } = await created(service);
    expect((await service.request({ path: pathOf(id.toUpperCase()) })).body.id).toBe(id);
  });
});

describe('a tenantId that is none', () => {
  const tenantIds = [
    '..%2f',
    '%252e',
    '%00',
    'acme%3b',
    'acme;x',
    '%5c',
    "'",
    '%22',
    'acme%22%20orki.tenant%3a%22acme2',
    'acme%20orki.tenant:globex',
    'acme:globex',
    'ACME',
    'acme%0a',
    '-acme',
    '_acme',
    '*',
    'x'.repeat(64),
    '%F0%9F%98%80',
    'acm%D0%B5',
  ];

  it.each(tenantIds)('is refused by its pointer before any call to Keycloak: %s', async (tenantId) => {
    const service = await testApp();
    // The worst case: a token whose claim is that very text.
    const person = { tenantId: decodeURIComponent(tenantId) };
    for (const below of ['/service-accounts', '/permissions', `/service-accounts/${randomUUID()}`]) {
      const answer = await service.request({ ...person, path: `/${tenantId}${below}` });
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
      expect(answer.body.errors).toMatchObject([{ in: 'path', pointer: '/tenantId' }]);
    }
    expect(service.keycloak.calls).toEqual([]);
  });

  it.each(['a', '0', 'a_b-c', 'x'.repeat(63)])('is not %s', async (tenantId) => {
    const service = await testApp();
    expect((await service.request({ tenantId, path: `/${tenantId}/service-accounts` })).status).toBe(200);
  });
});
