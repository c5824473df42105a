import { beforeAll, describe, expect, inject, test } from 'vitest';
import { names } from '../../src/names.ts';
import { clientDrifts, realmDrifts, roleDrifts, scopeDrifts } from '../provisioning/drifts.ts';
import { permissionDrifts } from '../provisioning/permission-drifts.ts';
import { policyDrifts } from '../provisioning/policy-drifts.ts';
import { inOneOrder } from '../provisioning/snapshot.ts';
import { type TestRealm, testRealm } from '../provisioning/test-realm.ts';

let realm: TestRealm;
beforeAll(async () => {
  realm = await testRealm(inject('keycloak'), 'prov-drift');
  await realm.provision();
});

/**
 * A look at the whole realm takes seconds, so drifts that do not hide each other are made together; those of one list
 * are mostly about the same object. It also shows that a damaged client policy, which may refuse the operator what the
 * frontend's client needs, is mended before that.
 */
const lists = [realmDrifts, roleDrifts, scopeDrifts, clientDrifts, permissionDrifts, policyDrifts];
const alone = lists.flat().filter(({ hidesOthers }) => hidesOthers);
const together = lists.map((list) => list.filter(({ hidesOthers }) => !hidesOthers));
const rounds = Array.from({ length: Math.max(...together.map((list) => list.length)) }, (_, index) =>
  together.flatMap((list) => list.slice(index, index + 1)),
);
const cases = [...rounds, ...alone.map((drift) => [drift])].map((drifts) => ({
  drifts,
  names: drifts.map(({ name }) => name).join('; '),
}));

test.each(cases)('finds and mends: $names', async ({ drifts }) => {
  for (const { make } of drifts) await make(realm);

  const { lines, differences } = await realm.check();
  expect(differences).toBeGreaterThanOrEqual(drifts.length);
  for (const { found } of drifts) expect(lines).toContainEqual(expect.stringMatching(found));
  expect(lines.join()).not.toContain(realm.secret);
  // A check changes nothing: the same is found again.
  expect((await realm.check()).lines).toEqual(lines);

  const { lines: done } = await realm.provision();
  expect(done.join()).not.toContain(realm.secret);
  expect((await realm.check()).lines).toEqual([]);
  await expect(realm.asService()).resolves.toBeTypeOf('function');
});

describe('what a person has to decide is reported and left', () => {
  test('people may edit unmanaged attributes', async () => {
    const own = await testRealm(inject('keycloak'), 'prov-unmanaged');
    await own.provision();
    const { body: profile } = await own.admin('GET', '/users/profile');
    await own.admin('PUT', '/users/profile', { ...profile, unmanagedAttributePolicy: 'ENABLED' });

    const { findings } = await own.provision();
    expect(findings).toMatchObject([{ blocking: false, message: expect.stringContaining('unmanaged') }]);
    expect((await own.check()).lines).toEqual([expect.stringContaining('unmanaged')]);
    expect((await own.admin('GET', '/users/profile')).body.unmanagedAttributePolicy).toBe('ENABLED');
  });

  const owned = [names.tenantsClient, names.usernamesClient, names.locksClient, names.rotationProbeClient];
  test.each([...owned, names.serviceClient])(
    "somebody else's client has the name %s: nothing is changed at all",
    async (clientId) => {
      const own = await testRealm(inject('keycloak'), 'prov-name');
      await own.admin('POST', '/../', { realm: own.name, enabled: true });
      await own.admin('POST', '/clients', { clientId });
      const before = inOneOrder((await own.admin('GET', '/clients')).body);

      const { findings } = await own.provision();
      expect(findings).toMatchObject([{ blocking: true, message: expect.stringContaining(clientId) }]);
      expect(inOneOrder((await own.admin('GET', '/clients')).body)).toEqual(before);
      expect((await own.admin('GET', '')).body.adminPermissionsEnabled).toBe(false);
    },
  );
});
