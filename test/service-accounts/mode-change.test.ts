import { describe, expect, it } from 'vitest';
import { permissionsOfRoles } from '../../src/permissions/roles.ts';
import { created, edit, pathOf, rolesOf } from '../support/accounts.ts';
import { shippedCatalogue } from '../support/catalogue.ts';
import { inject } from '../support/faults.ts';
import { type TestApp, testApp } from '../support/test-app.ts';

const admin = { mode: 'admin' };
const agent = { mode: 'agent' };
const narrow = { mode: 'custom', permissions: ['customers:read'] };
const wide = { mode: 'custom', permissions: ['customers:read', 'team:write', 'webhooks:read'] };
const other = { mode: 'custom', permissions: ['team:write'] };

const grants = { admin, agent, narrow, wide, other };
const roles = {
  admin: ['mode-admin'],
  agent: ['mode-agent'],
  narrow: ['customers:read'],
  wide: ['customers:read', 'team:write', 'webhooks:read'],
  other: ['team:write'],
};
type Name = keyof typeof grants;
const namesOfGrants = Object.keys(grants) as Name[];
const changes = namesOfGrants.flatMap((from) =>
  namesOfGrants.filter((to) => to !== from).map((to) => ({ from, to })),
);

const rightsOf = (service: TestApp, id: string) =>
  new Set(permissionsOfRoles(rolesOf(service, id), shippedCatalogue));
const isWithin = (part: ReadonlySet<string>, whole: ReadonlySet<string>) => part.isSubsetOf(whole);

describe('a change of mode', () => {
  it.each(changes)('from $from to $to leaves exactly the roles of the new one', async ({ from, to }) => {
    const service = await testApp();
    const { id } = await created(service, grants[from]);
    const answer = await edit(service, id, grants[to]);
    expect(answer).toMatchObject({ status: 200, body: { mode: grants[to].mode } });
    expect(rolesOf(service, id)).toEqual(roles[to]);
    expect(answer.body.permissions.toSorted()).toEqual([...rightsOf(service, id)].sort());
    expect((await service.request({ path: pathOf(id) })).body).toEqual(answer.body);
  });

  it.each(changes)('from $from to $to never gives more than the greater of the two', async ({ from, to }) => {
    const service = await testApp();
    const { id } = await created(service, grants[from]);
    const old = new Set(permissionsOfRoles(roles[from], shippedCatalogue));
    const wanted = new Set(permissionsOfRoles(roles[to], shippedCatalogue));
    const seen: ReadonlySet<string>[] = [];
    service.keycloak.beforeCall = () => void seen.push(rightsOf(service, id));
    await edit(service, id, grants[to]);
    for (const rights of seen) expect(isWithin(rights, old) || isWithin(rights, wanted)).toBe(true);
    if (!isWithin(old, wanted)) return;
    // A pure gain takes nothing away on the way either.
    for (const rights of seen) expect(isWithin(old, rights)).toBe(true);
  });

  it.each(changes)(
    'from $from to $to that breaks off never gives more, and a retry ends it',
    async (change) => {
      const { from, to } = change;
      for (const method of ['revokeRoles', 'grantRoles', 'editAccount'] as const) {
        for (const when of ['before', 'after'] as const) {
          const service = await testApp();
          const { id } = await created(service, grants[from]);
          inject(service.keycloak, { method, when });
          const { status } = await edit(service, id, grants[to]);
          const rights = rightsOf(service, id);
          const old = new Set(permissionsOfRoles(roles[from], shippedCatalogue));
          const wanted = new Set(permissionsOfRoles(roles[to], shippedCatalogue));
          expect(isWithin(rights, old) || isWithin(rights, wanted)).toBe(true);
          inject(service.keycloak);
          if (status !== 200) expect((await edit(service, id, grants[to])).status).toBe(200);
          expect(rolesOf(service, id)).toEqual(roles[to]);
        }
      }
    },
  );

  it('to the same mode writes no role', async () => {
    const service = await testApp();
    const { id } = await created(service, wide);
    const calls = service.keycloak.calls.length;
    await edit(service, id, { mode: 'custom', permissions: wide.permissions.toReversed() });
    expect(service.keycloak.calls.slice(calls)).not.toContain('grantRoles');
    expect(service.keycloak.calls.slice(calls)).not.toContain('revokeRoles');
  });

  it('removes a role that somebody added in the console of Keycloak', async () => {
    const service = await testApp();
    const { id } = await created(service, agent);
    service.keycloak.clients.get(id)?.roles.add('team:write');
    expect((await edit(service, id, agent)).body.mode).toBe('agent');
    expect(rolesOf(service, id)).toEqual(['mode-agent']);
  });

  it('is not what renaming does: neither roles that somebody mapped in the console change, nor what lists show', async () => {
    const service = await testApp();
    const { id } = await created(service, agent);
    service.keycloak.clients.get(id)?.roles.add('team:write');
    const answer = await edit(service, id, { username: 'other' });
    expect(answer.body).toMatchObject({ mode: 'agent' });
    expect(rolesOf(service, id)).toEqual(['mode-agent', 'team:write']);
  });
});
