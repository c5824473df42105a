import { describe, expect, it } from 'vitest';
import { create, created, edit, pathOf, rolesOf, stateOf } from '../support/accounts.ts';
import { inject } from '../support/faults.ts';
import { type Person, type TestApp, testApp } from '../support/test-app.ts';

const permissions = ['service-accounts:read', 'service-accounts:write', 'customers:read'];
const inactive = { status: 401, body: { code: 'invalid-token' } };

/** An account that may manage accounts, and a token as Keycloak would issue it to that account. */
async function withAccount(grant: readonly string[] = permissions) {
  const service = await testApp();
  const account = await created(service, { username: 'robot', mode: 'custom', permissions: grant });
  const person: Person = {
    grant,
    claims: {
      azp: account.clientId,
      sub: 'user-of-robot',
      preferred_username: `service-account-${account.clientId}`,
    },
  };
  return { service, account, person };
}

const deactivate = (service: TestApp, id: string) =>
  service.request({ method: 'POST', path: `${pathOf(id)}/deactivate` });

describe('a service account as a caller', () => {
  it('may do what its permissions say, and is named as the one who did it', async () => {
    const { service, account, person } = await withAccount();
    const answer = await create(service, { mode: 'custom', permissions: ['customers:read'] }, person);
    expect(answer).toMatchObject({
      status: 201,
      body: { createdBy: { subject: 'user-of-robot', username: `service-account-${account.clientId}` } },
    });
    expect((await service.request({ ...person })).body.items).toHaveLength(2);
  });

  it('never gives itself or another more than it holds', async () => {
    const { service, account, person } = await withAccount();
    for (const patch of [{ mode: 'admin' }, { mode: 'agent' }, { permissions: ['team:write'] }]) {
      expect(await edit(service, account.id, patch, person)).toMatchObject({ status: 403 });
    }
    expect(await create(service, { mode: 'agent' }, person)).toMatchObject({ status: 403 });
    expect(rolesOf(service, account.id)).toEqual([...permissions].sort());
  });

  it('may regenerate its own secret while its token has all that the account has', async () => {
    const { service, account, person } = await withAccount();
    const path = `${pathOf(account.id)}/regenerate-secret`;
    expect((await service.request({ ...person, method: 'POST', path })).status).toBe(200);
    await edit(service, account.id, { mode: 'admin' });
    expect((await service.request({ ...person, method: 'POST', path })).status).toBe(403);
  });

  it('is nobody from the moment that it is inactive, though its token lives on', async () => {
    const { service, account, person } = await withAccount();
    await deactivate(service, account.id);
    const before = stateOf(service);
    for (const answer of [
      await create(service, { mode: 'custom', permissions: ['customers:read'] }, person),
      await edit(service, account.id, { description: 'x' }, person),
      await service.request({ ...person, method: 'POST', path: `${pathOf(account.id)}/activate` }),
      await service.request({ ...person }),
    ]) {
      expect(answer).toMatchObject(inactive);
      expect(answer.headers['www-authenticate']).toContain('error="invalid_token"');
    }
    expect(stateOf(service)).toEqual(before);
  });

  it('is nobody once it is deleted', async () => {
    const { service, account, person } = await withAccount();
    await service.request({ method: 'DELETE', path: pathOf(account.id) });
    expect(await service.request({ ...person })).toMatchObject(inactive);
  });

  it('is nobody with a token that names another tenant than its own', async () => {
    const { service, person } = await withAccount();
    const answer = await service.request({ ...person, tenantId: 'globex', path: '/globex/service-accounts' });
    expect(answer).toMatchObject(inactive);
  });

  it('gets a 503, not in and not a 401, while nobody knows whether it is active', async () => {
    const { service, person } = await withAccount();
    inject(service.keycloak, { method: 'findAccountByClientId' });
    expect((await service.request({ ...person })).status).toBe(503);
  });

  it('is not what a person is: their client is not looked up', async () => {
    const service = await testApp();
    await service.request({});
    expect(service.keycloak.calls).not.toContain('findAccountByClientId');
  });
});
