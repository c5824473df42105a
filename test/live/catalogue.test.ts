import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { names } from '../../src/names.ts';
import { obtainToken } from '../support/live-oauth.ts';
import { type LiveService, liveService } from '../support/live-service.ts';
import { rolesInToken } from '../support/test-app.ts';

let live: LiveService;
beforeAll(async () => {
  live = await liveService('catalogue');
});
afterAll(() => live[Symbol.asyncDispose]());

const added = { name: 'reports:export', label: 'Export reports', description: 'Save reports to files.' };

it('a permission that is added and provisioned can be granted at once, and existing Admin accounts have it', async () => {
  const old = await live.create({ username: 'Older than it', mode: 'admin' });
  const person = { token: await live.realm.tokenOf('admin') };
  expect((await obtainToken(live.realm, old)).roles).toEqual(rolesInToken('admin').toSorted());

  const group = { name: 'reports', label: 'Reports', permissions: [{ ...added, modes: [] }] };
  const { groups } = live.realm.target.catalogue;
  await live.realm.provision({ catalogue: { groups: [...groups, group] } });

  expect((await obtainToken(live.realm, old)).roles).toContain(added.name);
  // The service looks again after two seconds, when it meets a name that it does not know.
  const body = { username: 'Exporter', mode: 'custom', permissions: [added.name] };
  const account = await vi.waitFor(
    async () => {
      const answer = await live.request({ as: person, method: 'POST', body });
      expect(answer.status, answer.text).toBe(201);
      return answer.body;
    },
    { timeout: 10_000, interval: 250 },
  );
  expect(account.permissions).toEqual([added.name]);
  expect((await live.realm.inKeycloak(account.id))?.roles[names.apiClient]).toEqual([added.name]);
  expect((await obtainToken(live.realm, account)).roles).toEqual([added.name]);

  const catalogue = await live.request({ as: person, path: '/acme/permissions' });
  expect(catalogue.body.groups.at(-1)).toEqual({
    name: 'reports',
    label: 'Reports',
    permissions: [{ ...added, includedIn: ['admin'], grantable: true }],
  });
  const shown = await live.request({ path: `/acme/service-accounts/${old.id}` });
  expect(shown.body.permissions).toContain(added.name);
});

it('shows each caller what they may grant', async () => {
  const { groups, modes } = (await live.request({ as: 'agentWriter', path: '/acme/permissions' })).body;
  const permissions: { name: string; grantable: boolean }[] = groups.flatMap(
    (group: { permissions: object[] }) => group.permissions,
  );
  const grantable = permissions.filter((permission) => permission.grantable).map(({ name }) => name);
  const own = [...rolesInToken('agent'), 'service-accounts:read', 'service-accounts:write'];
  expect(grantable.sort()).toEqual(own.filter((name) => name !== names.modeRoles.agent).sort());
  expect(modes).toEqual([
    { name: 'admin', grantable: false },
    { name: 'agent', grantable: true },
    { name: 'custom', grantable: true },
  ]);
});
