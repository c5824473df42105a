import { describe, expect, it } from 'vitest';
import { callsOnOne, create, created, pathOf, stateOf } from '../support/accounts.ts';
import { testApp } from '../support/test-app.ts';

describe('a tenant that is switched off', () => {
  it('can read and delete its accounts, and change nothing else', async () => {
    const off = new Set<string>();
    const service = await testApp({ isTenantOff: async (tenantId) => off.has(tenantId) });
    const { id } = await created(service);
    off.add('acme');
    const before = stateOf(service);
    expect(await create(service, { username: 'another' })).toMatchObject({
      status: 403,
      body: { code: 'tenant-off' },
    });
    for (const { method, below, ...rest } of callsOnOne) {
      if (method === 'GET' || method === 'DELETE') continue;
      const answer = await service.request({ method, path: `${pathOf(id)}${below}`, ...rest });
      expect(answer).toMatchObject({ status: 403, body: { code: 'tenant-off' } });
    }
    expect(stateOf(service)).toEqual(before);
    expect((await service.request({ path: pathOf(id) })).status).toBe(200);
    expect((await service.request({ method: 'DELETE', path: pathOf(id) })).status).toBe(204);
  });

  it('is asked about by the tenant of the token alone, and leaves the others as they are', async () => {
    const asked: string[] = [];
    const isTenantOff = async (tenantId: string) => asked.push(tenantId) === 0;
    const service = await testApp({ isTenantOff });
    expect((await create(service, {}, { tenantId: 'globex' })).status).toBe(201);
    const foreign = await service.request({
      method: 'POST',
      path: '/globex/service-accounts',
      body: { username: 'x', mode: 'agent' },
    });
    expect(foreign).toMatchObject({ status: 403, body: { code: 'wrong-tenant' } });
    expect(asked).toEqual(['globex']);
  });
});
