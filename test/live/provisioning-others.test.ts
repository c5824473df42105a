import { describe, expect, inject, test } from 'vitest';
import { names } from '../../src/names.ts';
import { inOneOrder, snapshotOfOthers } from '../provisioning/snapshot.ts';
import { createPerson, createSignInClient, signIn } from '../provisioning/test-person.ts';
import { type TestRealm, testRealm } from '../provisioning/test-realm.ts';

/** A realm as one finds it: an orki-api and an orki-frontend that others made, applications, people, groups. */
async function inhabitedRealm(realm: TestRealm) {
  const must = async (method: string, path: string, body?: unknown) => {
    const answer = await realm.admin(method, path, body);
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
    return answer;
  };
  await must('POST', '/../', {
    realm: realm.name,
    enabled: true,
    displayName: 'Orki',
    accessTokenLifespan: 120,
    ssoSessionIdleTimeout: 900,
    passwordPolicy: 'length(12)',
  });
  const api = (await must('POST', '/clients', { clientId: names.apiClient, description: 'made by hand' }))
    .location;
  const apiId = api?.split('/').pop();
  await must('POST', `/clients/${apiId}/roles`, {
    name: 'reports:export',
    attributes: { owner: ['reports'] },
  });
  // One of the catalogue's names, as an earlier hand may have made it.
  await must('POST', `/clients/${apiId}/roles`, { name: 'customers:read', attributes: { owner: ['crm'] } });
  await must('POST', '/clients', {
    clientId: names.frontendClient,
    publicClient: true,
    redirectUris: ['https://orki.test/*'],
  });
  await must('POST', '/clients', { clientId: 'crm', secret: 'crm-secret', serviceAccountsEnabled: true });
  const secure = { executor: 'secure-client-uris', configuration: {} };
  await must('PUT', '/client-policies/profiles', { profiles: [{ name: 'https', executors: [secure] }] });
  const anyClient = { condition: 'any-client', configuration: {} };
  await must('PUT', '/client-policies/policies', {
    policies: [{ name: 'https', enabled: false, conditions: [anyClient], profiles: ['https'] }],
  });
  await must('POST', '/roles', { name: 'staff', attributes: { floor: ['2'] } });
  await must('POST', '/groups', { name: 'Support', attributes: { tenant_id: ['acme'] } });
  await must('POST', '/client-scopes', { name: 'crm-data', protocol: 'openid-connect' });
  await must('PUT', '/users/profile', {
    ...(await must('GET', '/users/profile')).body,
    unmanagedAttributePolicy: 'ADMIN_EDIT',
  });
  await createSignInClient(realm, 'cli', { fullScopeAllowed: true });
  const person = await createPerson(realm, 'anna@acme.test', {
    attributes: { department: ['support'] },
    groups: ['/Support'],
    credentials: [{ type: 'password', value: 'long enough for all', temporary: false }],
  });
  const staff = (await must('GET', '/roles/staff')).body;
  await must('POST', `/users/${person}/role-mappings/realm`, [staff]);
  const reports = (await must('GET', `/clients/${apiId}/roles/reports:export`)).body;
  await must('POST', `/users/${person}/role-mappings/clients/${apiId}`, [reports]);
  return { person, must };
}

describe('in a realm that others live in', () => {
  test('nothing of theirs changes, and what is needed is there', async () => {
    const realm = await testRealm(inject('keycloak'), 'prov-others');
    await inhabitedRealm(realm);
    const before = await snapshotOfOthers(realm, ['reports:export']);

    const { findings } = await realm.provision();

    expect(await snapshotOfOthers(realm, ['reports:export'])).toEqual(before);
    expect(findings).toMatchObject([
      { blocking: false, message: expect.stringContaining('orki-frontend is somebody else') },
    ]);
    expect((await realm.check()).lines).toEqual([expect.stringContaining('orki-frontend')]);
    await expect(realm.asService()).resolves.toBeTypeOf('function');
    const adopted = `/clients/${await realm.uuidOf(names.apiClient)}/roles/customers:read`;
    expect((await realm.admin('GET', adopted)).body.attributes).toMatchObject({
      owner: ['crm'],
      'orki.group': ['customers'],
    });
    // 120 s and RS256 are their settings, also for what the service makes.
    expect((await realm.admin('GET', '')).body).toMatchObject({
      accessTokenLifespan: 120,
      defaultSignatureAlgorithm: 'RS256',
      adminPermissionsEnabled: true,
    });
  });

  test('the check is content with their frontend once it has the scope', async () => {
    const realm = await testRealm(inject('keycloak'), 'prov-front');
    await inhabitedRealm(realm);
    await realm.provision();
    const scopes: { id: string; name: string }[] = (await realm.admin('GET', '/client-scopes')).body;
    const scope = scopes.find(({ name }) => name === names.userScope);
    const frontend = await realm.uuidOf(names.frontendClient);
    await realm.admin('PUT', `/clients/${frontend}/default-client-scopes/${scope?.id}`);
    expect((await realm.check()).lines).toEqual([]);
  });
});

describe("beside others' fine-grained admin permissions", () => {
  async function delegate(realm: TestRealm, permission: object) {
    const { must, person } = await inhabitedRealm(realm);
    await must('PUT', '', { adminPermissionsEnabled: true });
    const management = await realm.uuidOf('realm-management');
    const roles = (await must('GET', `/clients/${management}/roles`)).body.filter(
      ({ name }: { name: string }) => ['query-clients', 'query-users', 'query-groups'].includes(name),
    );
    await must('POST', `/users/${person}/role-mappings/clients/${management}`, roles);
    const server = `/clients/${await realm.uuidOf('admin-permissions')}/authz/resource-server`;
    const policy = (await must('POST', `${server}/policy/user`, { name: 'Anna', users: [person] })).body.id;
    await must('POST', `${server}/permission/scope`, { name: "Anna's", policies: [policy], ...permission });
    return realm.callWith({ ...signIn('cli', 'anna@acme.test'), password: 'long enough for all' });
  }

  test('a permission of another kind goes on working', async () => {
    const realm = await testRealm(inject('keycloak'), 'prov-beside');
    const anna = await delegate(realm, { resourceType: 'Groups', resources: [], scopes: ['view', 'manage'] });
    expect((await anna('POST', '/groups', { name: 'Sales' })).status).toBe(201);
    expect((await realm.provision()).findings).toMatchObject([{ blocking: false }]);
    expect((await anna('POST', '/groups', { name: 'Marketing' })).status).toBe(201);
    const service = await realm.asService();
    expect((await service('GET', '/clients')).status).toBe(200);
  });

  test.each([
    ['all clients', { resourceType: 'Clients', resources: [], scopes: ['view'] }],
    ['all users', { resourceType: 'Users', resources: [], scopes: ['view'] }],
    ['all roles', { resourceType: 'Roles', resources: [], scopes: ['map-role'] }],
    ['the members of groups', { resourceType: 'Groups', resources: [], scopes: ['view-members'] }],
  ])(
    'one that Keycloak could not honour beside ours, for %s, stops the run before it changes anything',
    async (_, permission) => {
      const realm = await testRealm(inject('keycloak'), 'prov-clash');
      await delegate(realm, permission);
      const clients = inOneOrder((await realm.admin('GET', '/clients')).body);

      const { findings } = await realm.provision();
      expect(findings).toContainEqual({ blocking: true, message: expect.stringContaining("Anna's") });
      expect(inOneOrder((await realm.admin('GET', '/clients')).body)).toEqual(clients);
    },
  );

  test('one for a single client stops the run too', async () => {
    const realm = await testRealm(inject('keycloak'), 'prov-single');
    const anna = await delegate(realm, { resourceType: 'Clients', resources: ['crm'], scopes: ['view'] });
    const crm = await realm.uuidOf('crm');
    expect((await anna('GET', `/clients/${crm}`)).status).toBe(200);
    expect((await realm.provision()).findings).toContainEqual({
      blocking: true,
      message: expect.stringContaining("Anna's"),
    });
    expect((await anna('GET', `/clients/${crm}`)).status).toBe(200);
  });
});
