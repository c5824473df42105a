import { describe, expect, it } from 'vitest';
import { callsOnOne, create, created, edit, pathOf, people, rolesOf, stateOf } from '../support/accounts.ts';
import { type Person, type TestApp, testApp } from '../support/test-app.ts';

const missing = { status: 403, body: { code: 'permission-missing' } };
const custom = { mode: 'custom', permissions: ['customers:read'] };
const holding = (...permissions: string[]): Person => ({ grant: permissions });
const writes = 'service-accounts:write';
const changing = callsOnOne.filter(({ method }) => method !== 'GET');

/** Expects a 403 and a Keycloak as it was. */
async function expectRefused(service: TestApp, call: () => Promise<{ status: number }>): Promise<void> {
  const before = stateOf(service);
  expect(await call()).toMatchObject(missing);
  expect(stateOf(service)).toEqual(before);
}

describe('a caller with service-accounts:write alone', () => {
  const beyond = changing.filter(
    ({ below }) => !['/deactivate', '/previous-secret', '/revoke-tokens'].includes(below),
  );
  const accounts = [{ mode: 'admin' }, { mode: 'agent' }, custom];
  const cases = accounts.flatMap((account) => beyond.map((call) => ({ ...call, account })));

  it.each(cases)('may not $method …$below an account of mode $account.mode', async ({ account, ...call }) => {
    const service = await testApp();
    const { id } = await created(service, account);
    const { method, below, ...rest } = call;
    await expectRefused(service, () =>
      service.request({ ...people.writer, method, path: `${pathOf(id)}${below}`, ...rest }),
    );
  });

  it.each(cases.filter(({ below }) => below === '/activate'))(
    'may not activate an inactive account of mode $account.mode',
    async ({ account }) => {
      const service = await testApp();
      const { id } = await created(service, account);
      await service.request({ method: 'POST', path: `${pathOf(id)}/deactivate` });
      await expectRefused(service, () =>
        service.request({ ...people.writer, method: 'POST', path: `${pathOf(id)}/activate` }),
      );
    },
  );

  it.each(accounts)('may deactivate one of mode $mode, since that only takes power away', async (account) => {
    const service = await testApp();
    const { id } = await created(service, account);
    const path = `${pathOf(id)}/deactivate`;
    const answer = await service.request({ ...people.writer, method: 'POST', path });
    expect(answer).toMatchObject({ status: 200, body: { status: 'inactive' } });
  });

  it.each(accounts)('may not create one of mode $mode', async (account) => {
    const service = await testApp();
    await expectRefused(service, () => create(service, account, people.writer));
  });

  it('may create one with that permission alone', async () => {
    const service = await testApp();
    const account = { mode: 'custom', permissions: [writes] };
    expect((await create(service, account, people.writer)).status).toBe(201);
  });

  it('may not read or list', async () => {
    const service = await testApp();
    const { id } = await created(service);
    const lists = ['/acme/service-accounts', '/acme/permissions', '/acme/revocations'];
    for (const path of [pathOf(id), `${pathOf(id)}/history`, ...lists]) {
      await expectRefused(service, () => service.request({ ...people.writer, path }));
    }
  });
});

describe('what a caller may grant', () => {
  it.each([
    { who: 'agent', mode: 'admin', status: 403 },
    { who: 'agent', mode: 'agent', status: 201 },
    { who: 'admin', mode: 'admin', status: 201 },
    { who: 'admin', mode: 'agent', status: 201 },
    { who: 'viewer', mode: 'agent', status: 403 },
    { who: 'writer', mode: 'agent', status: 403 },
  ] as const)('$who gives mode $mode: $status', async ({ who, mode, status }) => {
    const service = await testApp();
    expect((await create(service, { mode }, people[who])).status).toBe(status);
  });

  it('is each permission that they hold, and none beside', async () => {
    const service = await testApp();
    const caller = holding(writes, 'customers:read', 'ai:use');
    const grant = (permissions: string[], username: string) =>
      create(service, { username, mode: 'custom', permissions }, caller);
    expect((await grant(['customers:read', 'ai:use'], 'one')).status).toBe(201);
    const answer = await grant(['customers:read', 'customers:write', 'team:read'], 'two');
    expect(answer).toMatchObject(missing);
    expect(answer.body.detail).toMatch(/customers:write, team:read\.$/);
    expect(service.keycloak.clients.size).toBe(1);
  });

  it('is not mode agent for one who holds its permissions without the mode', async () => {
    const service = await testApp();
    const caller = holding(...people.agent.grant.slice(1));
    await expectRefused(service, () => create(service, { mode: 'agent' }, caller));
  });

  it('is a permission that was added after an administrator got the token', async () => {
    const service = await testApp();
    const caller = holding(writes, 'mode-admin');
    const account = { mode: 'custom', permissions: ['team:write'] };
    expect((await create(service, account, caller)).status).toBe(201);
  });
});

describe('editing beyond what the caller holds', () => {
  it.each([
    { patch: { mode: 'admin' } },
    { patch: { mode: 'custom', permissions: ['customers:read', 'team:write'] } },
  ])('is refused: $patch', async ({ patch }) => {
    const service = await testApp();
    const { id } = await created(service);
    await expectRefused(service, () => edit(service, id, patch, people.agent));
  });

  it.each([{ description: 'x' }, { username: 'x' }, { mode: 'agent' }, {}])(
    'is refused for an account that has more than the caller: %j',
    async (patch) => {
      const service = await testApp();
      const { id } = await created(service, { mode: 'admin' });
      await expectRefused(service, () => edit(service, id, patch, people.agent));
    },
  );

  it('counts what is mapped in Keycloak, not what the mirror says', async () => {
    const service = await testApp();
    const { id } = await created(service);
    service.keycloak.clients.get(id)?.roles.add('team:write');
    await expectRefused(service, () => edit(service, id, { description: 'x' }, people.agent));
  });

  it('counts a role that others made, which an administrator does not hold by being one', async () => {
    const service = await testApp();
    const { id } = await created(service);
    service.keycloak.clients.get(id)?.roles.add('legacy-superuser');
    await expectRefused(service, () => edit(service, id, { description: 'x' }));
    const holder = holding('mode-admin', 'legacy-superuser', writes);
    expect((await edit(service, id, { description: 'x' }, holder)).status).toBe(200);
  });

  it('is not what an agent does who edits an agent', async () => {
    const service = await testApp();
    const { id } = await created(service);
    const path = pathOf(id);
    expect((await edit(service, id, { description: 'x' }, people.agent)).status).toBe(200);
    for (const below of ['/regenerate-secret', '/deactivate', '/activate']) {
      const answer = await service.request({ ...people.agent, method: 'POST', path: `${path}${below}` });
      expect(answer.status).toBe(200);
    }
    expect(rolesOf(service, id)).toEqual(['mode-agent']);
    expect((await service.request({ ...people.agent, method: 'DELETE', path })).status).toBe(204);
  });
});

describe('a caller without the permission of a route', () => {
  it.each(changing)('may not $method …$below, and Keycloak is not asked: a viewer', async (call) => {
    const service = await testApp();
    const { id } = await created(service);
    const { method, below, ...rest } = call;
    const calls = service.keycloak.calls.length;
    const answer = await service.request({
      ...people.viewer,
      method,
      path: `${pathOf(id)}${below}`,
      ...rest,
    });
    expect(answer).toMatchObject(missing);
    expect(service.keycloak.calls).toHaveLength(calls);
  });

  it('may read with the permission to read alone', async () => {
    const service = await testApp();
    const { id } = await created(service);
    for (const path of [pathOf(id), '/acme/service-accounts', '/acme/permissions']) {
      expect((await service.request({ ...people.viewer, path })).status).toBe(200);
    }
  });

  it.each([[[]], [['customers:read']], [['SERVICE-ACCOUNTS:READ']]])(
    'may not even read: %j',
    async (grant) => {
      const service = await testApp();
      expect(await service.request({ grant })).toMatchObject(missing);
      expect(service.keycloak.calls).toEqual([]);
    },
  );

  it('has none by roles of another client', async () => {
    const service = await testApp();
    const claims = {
      resource_access: { 'realm-management': { roles: ['service-accounts:read', 'mode-admin'] } },
      realm_access: { roles: ['service-accounts:read', 'mode-admin'] },
      roles: ['service-accounts:read'],
      scope: 'service-accounts:read',
    };
    expect(await service.request({ claims })).toMatchObject(missing);
  });
});
