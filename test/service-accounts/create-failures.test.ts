import { describe, expect, it } from 'vitest';
import { create, created, stateOf } from '../support/accounts.ts';
import { inject } from '../support/faults.ts';
import { testApp } from '../support/test-app.ts';

const steps = ['reserveUsername', 'listAccounts', 'createClient', 'assignTenant', 'grantRoles'] as const;

describe('a create that fails half way', () => {
  it.each(steps)('leaves no client and no username behind when %s is not possible', async (method) => {
    const service = await testApp();
    inject(service.keycloak, { method });
    const answer = await create(service);
    expect(answer).toMatchObject({ status: 503, body: { code: 'keycloak-unavailable' } });
    expect(service.keycloak.clients.size).toBe(0);
    expect(service.keycloak.usernames.size).toBe(0);
  });

  it.each(steps.filter((step) => step !== 'listAccounts'))(
    'leaves nothing behind when the answer to %s is lost after it took effect',
    async (method) => {
      const service = await testApp();
      inject(service.keycloak, { method, when: 'after', code: 'outcome-unknown' });
      const answer = await create(service);
      expect([503, 504]).toContain(answer.status);
      expect(service.keycloak.clients.size).toBe(0);
      expect(service.keycloak.usernames.size).toBe(0);
      inject(service.keycloak);
      expect((await create(service)).status).toBe(201);
    },
  );

  it.each(['createClient', 'assignTenant', 'grantRoles'] as const)(
    'says that nothing was changed when %s got no answer but the account was seen to go',
    async (method) => {
      const service = await testApp();
      inject(service.keycloak, { method, when: 'after', code: 'outcome-unknown' });
      expect(await create(service)).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
    },
  );

  it('says that nobody knows when the client was not seen to be made, since it may still come', async () => {
    const service = await testApp();
    inject(service.keycloak, { method: 'createClient', code: 'outcome-unknown' });
    expect((await create(service)).status).toBe(504);
  });

  it.each([{ method: 'deleteAccount' }, { method: 'releaseUsername' }] as const)(
    'says 504 when clearing up fails at $method',
    async ({ method }) => {
      const service = await testApp();
      inject(service.keycloak, { method: 'grantRoles' }, { method });
      const answer = await create(service);
      expect(answer).toMatchObject({ status: 504, body: { code: 'outcome-unknown' } });
      expect(JSON.stringify(answer)).not.toContain('orki_sa_');
    },
  );

  it('never hands out the secret of an account that it could not clear away', async () => {
    const service = await testApp();
    inject(service.keycloak, { method: 'grantRoles' }, { method: 'deleteAccount' });
    const answer = await create(service);
    const [left] = service.keycloak.clients.values();
    expect(left?.roles.size).toBe(0);
    expect(JSON.stringify([answer, service.log])).not.toContain(left?.secret);
  });

  it('leaves the other accounts of the tenant alone', async () => {
    const service = await testApp();
    await created(service, { username: 'other' });
    const before = stateOf(service);
    inject(service.keycloak, { method: 'assignTenant' });
    expect((await create(service)).status).toBe(503);
    expect(stateOf(service)).toEqual(before);
  });
});
