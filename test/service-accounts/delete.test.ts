import { describe, expect, it } from 'vitest';
import { callsOnOne, created, pathOf, stateOf } from '../support/accounts.ts';
import { inject } from '../support/faults.ts';
import { testApp } from '../support/test-app.ts';

describe('deleting a service account', () => {
  it('removes it for good, with its username', async () => {
    const service = await testApp();
    const { id } = await created(service);
    const answer = await service.request({ method: 'DELETE', path: pathOf(id) });
    expect(answer).toMatchObject({ status: 204, body: undefined });
    expect(service.keycloak.clients.size).toBe(0);
    expect(service.keycloak.usernames.size).toBe(0);
    expect((await service.request({})).body.items).toEqual([]);
  });

  it.each(callsOnOne)('is 404 for $method …$below ever after', async ({ method, below, ...rest }) => {
    const service = await testApp();
    const { id } = await created(service);
    await service.request({ method: 'DELETE', path: pathOf(id) });
    const answer = await service.request({ method, path: `${pathOf(id)}${below}`, ...rest });
    expect(answer).toMatchObject({ status: 404, body: { code: 'service-account-not-found' } });
  });

  it('leaves the other accounts alone', async () => {
    const service = await testApp();
    const { id: other } = await created(service, { username: 'other' });
    const { id } = await created(service);
    await service.request({ method: 'DELETE', path: pathOf(id) });
    expect([...service.keycloak.clients.keys()]).toEqual([other]);
    expect([...service.keycloak.usernames.keys()]).toEqual(['acme/other']);
  });

  it('works for an account that is inactive', async () => {
    const service = await testApp();
    const { id } = await created(service);
    await service.request({ method: 'POST', path: `${pathOf(id)}/deactivate` });
    expect((await service.request({ method: 'DELETE', path: pathOf(id) })).status).toBe(204);
  });

  it.each(['findAccountWithRoles', 'deleteAccount'] as const)(
    'that fails at %s leaves the account as it was, active too',
    async (method) => {
      const service = await testApp();
      const { id } = await created(service);
      const before = stateOf(service);
      inject(service.keycloak, { method });
      expect((await service.request({ method: 'DELETE', path: pathOf(id) })).status).toBe(503);
      expect(stateOf(service)).toEqual(before);
    },
  );

  it('that removed the account but not its username is finished: a retry finds it gone', async () => {
    const service = await testApp();
    const { id } = await created(service);
    inject(service.keycloak, { method: 'releaseUsername' });
    await service.request({ method: 'DELETE', path: pathOf(id) });
    inject(service.keycloak);
    expect((await service.request({ method: 'DELETE', path: pathOf(id) })).status).toBe(404);
  });
});
