import { describe, expect, it } from 'vitest';
import { callsOnOne, create, created, pathOf, stateOf } from '../support/accounts.ts';
import { inject } from '../support/faults.ts';
import { type Answer, type TestApp, testApp } from '../support/test-app.ts';

const changes = ['createClient', 'assignTenantAndRoles', 'finishAccount'] as const;
const steps = ['tryReserveUsername', 'listAccounts', ...changes] as const;

/** The accounts that anybody can see. */
const visible = ({ keycloak }: TestApp) =>
  [...keycloak.clients.values()].filter(({ account }) => account.unfinishedSince === null);

describe('a create that fails half way', () => {
  it.each(steps)('leaves no client and no username behind when %s is not possible', async (method) => {
    const service = await testApp();
    inject(service.keycloak, { method });
    const answer = await create(service);
    expect(answer).toMatchObject({ status: 503, body: { code: 'keycloak-unavailable' } });
    expect(service.keycloak.clients.size).toBe(0);
    expect(service.keycloak.usernames.size).toBe(0);
  });

  it.each(changes)(
    'leaves nothing behind, and says so, when nobody knows whether %s took effect',
    async (method) => {
      for (const when of ['before', 'after'] as const) {
        const service = await testApp();
        inject(service.keycloak, { method, when, code: 'outcome-unknown' });
        expect(await create(service)).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
        expect(service.keycloak.clients.size).toBe(0);
        expect(service.keycloak.usernames.size).toBe(0);
        inject(service.keycloak);
        expect((await create(service)).status).toBe(201);
      }
    },
  );

  it.each(
    changes.flatMap(
      (method) =>
        [
          { method, cleanup: 'deleteAccount' },
          { method, cleanup: 'releaseUsername' },
        ] as const,
    ),
  )('shows nobody half an account when $method fails and then $cleanup', async ({ method, cleanup }) => {
    const service = await testApp();
    inject(service.keycloak, { method }, { method: cleanup });
    const answer = await create(service);
    expect(answer).toMatchObject({ status: 503, body: { code: 'keycloak-unavailable' } });
    expect(JSON.stringify([answer, service.log])).not.toContain('orki_sa_');
    expect(visible(service)).toEqual([]);
    const list = await service.request({});
    expect(list.body.items).toEqual([]);
  });

  it('says that nobody knows when the account may have become whole and can not be removed', async () => {
    const service = await testApp();
    inject(
      service.keycloak,
      { method: 'finishAccount', when: 'after', code: 'outcome-unknown' },
      { method: 'deleteAccount' },
    );
    const answer = await create(service);
    expect(answer).toMatchObject({ status: 504, body: { code: 'outcome-unknown' } });
    expect(JSON.stringify(answer)).not.toContain('orki_sa_');
  });

  it('answers with the account once it is whole, and not before', async () => {
    const service = await testApp();
    let atTheEnd: unknown;
    service.keycloak.afterCall = (method) => {
      if (method === 'assignTenantAndRoles') atTheEnd = visible(service);
    };
    expect((await create(service)).status).toBe(201);
    expect(atTheEnd).toEqual([]);
    expect(visible(service)).toHaveLength(1);
  });

  it.each(callsOnOne)('is not there for $method $below while it is half made', async (call) => {
    const service = await testApp();
    const { id } = await created(service);
    const stored = service.keycloak.clients.get(id);
    if (stored) stored.account = { ...stored.account, unfinishedSince: stored.account.createdAt };
    const before = stateOf(service);
    const answer = await service.request({ ...call, path: `${pathOf(id)}${call.below}` });
    expect(answer).toMatchObject({ status: 404, body: { code: 'service-account-not-found' } });
    expect(stateOf(service)).toEqual(before);
  });

  it('does not remove an account that somebody has found in the list and changed by then', async () => {
    const service = await testApp();
    let regenerated: Answer | undefined;
    inject(service.keycloak, { method: 'finishAccount', when: 'after', code: 'outcome-unknown' });
    const { afterCall } = service.keycloak;
    service.keycloak.afterCall = async (method) => {
      // Once its answer was lost, and before it is cleared up.
      if (method === 'finishAccount') {
        const [id = ''] = service.keycloak.clients.keys();
        regenerated = await service.request({ method: 'POST', path: `${pathOf(id)}/regenerate-secret` });
      }
      await afterCall(method);
    };
    expect(await create(service)).toMatchObject({ status: 504, body: { code: 'outcome-unknown' } });
    expect(regenerated?.status).toBe(200);
    expect([...service.keycloak.clients.values()].map(({ secret }) => secret)).toEqual([
      regenerated?.body.clientSecret,
    ]);
  });

  it.each([
    {
      failure: 'a clean-up that may still arrive',
      faults: [{ method: 'assignTenantAndRoles' }, { method: 'deleteAccount', code: 'outcome-unknown' }],
    },
    {
      failure: 'a grant that may still arrive',
      faults: [{ method: 'assignTenantAndRoles', code: 'outcome-unknown' }, { method: 'deleteAccount' }],
    },
    {
      failure: 'a last step that may still arrive',
      faults: [{ method: 'finishAccount', code: 'outcome-unknown' }],
    },
  ] as const)('keeps $failure from whoever repeats it with the same key, by its lock', async ({ faults }) => {
    const service = await testApp();
    inject(service.keycloak, ...faults);
    const keyed = () =>
      service.request({
        method: 'POST',
        headers: { 'idempotency-key': 'k' },
        body: { username: 'a', mode: 'admin' },
      });
    expect((await keyed()).status).toBe(503);
    expect(service.keycloak.locks.size).toBe(1);
    inject(service.keycloak);
    expect(await keyed()).toMatchObject({ status: 409, body: { code: 'change-in-progress' } });
    service.keycloak.locks.clear();
    expect((await keyed()).status).toBe(201);
  });

  it('says that the tenant is full also when the username can not be released', async () => {
    const service = await testApp({ maxAccountsPerTenant: 1 });
    await created(service, { username: 'other' });
    inject(service.keycloak, { method: 'releaseUsername' });
    expect(await create(service)).toMatchObject({ status: 409, body: { code: 'account-limit-reached' } });
  });

  it('leaves the other accounts of the tenant alone', async () => {
    const service = await testApp();
    await created(service, { username: 'other' });
    const before = stateOf(service);
    inject(service.keycloak, { method: 'assignTenantAndRoles' });
    expect((await create(service)).status).toBe(503);
    expect(stateOf(service)).toEqual(before);
  });
});
