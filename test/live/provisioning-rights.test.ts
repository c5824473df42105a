import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { clientAttributes, names } from '../../src/names.ts';
import { seenByService } from '../provisioning/role-holders.ts';
import { createAccount } from '../provisioning/test-account.ts';
import { createPerson, createSignInClient, signIn } from '../provisioning/test-person.ts';
import { type Call, decode, type TestRealm, testRealm } from '../provisioning/test-realm.ts';

let realm: TestRealm;
let service: Call;
const uuid: Record<string, string> = {};
let person: string;

beforeAll(async () => {
  realm = await testRealm(inject('keycloak'), 'prov-rights');
  await realm.provision();
  await realm.admin('POST', '/clients', {
    clientId: 'billing',
    secret: 'billing-secret',
    serviceAccountsEnabled: true,
  });
  await createSignInClient(realm, 'cli', { fullScopeAllowed: true });
  person = await createPerson(realm, 'person@acme.test', { attributes: { tenant_id: ['acme'] } });
  await realm.admin('POST', '/groups', { name: 'staff' });
  await realm.provision();
  for (const { clientId, id } of (await realm.admin('GET', '/clients')).body) uuid[clientId] = id;
  service = await realm.asService();
});

test("the service's token names one administration role, its own one, and nothing else", async () => {
  const token = await realm.token({
    grant_type: 'client_credentials',
    client_id: names.serviceClient,
    client_secret: realm.secret,
  });
  const { header, claims } = decode(token);
  expect(header.alg).toBe('RS256');
  expect(claims.aud).toBe('realm-management');
  expect(claims.resource_access).toEqual({
    'realm-management': { roles: ['query-clients'] },
    [names.serviceClient]: { roles: [names.makerRole] },
  });
  expect(claims.realm_access).toBeUndefined();
});

test('the service can do all of its work', async () => {
  const account = await createAccount(realm, service, 'acme', ['mode-agent']);
  const { claims } = decode(await account.token());
  expect(claims).toMatchObject({
    tenant_id: 'acme',
    aud: names.apiClient,
    azp: account.clientId,
    typ: 'Bearer',
  });

  const mapping = `/users/${account.user}/role-mappings/clients/${account.api}`;
  const admin = await realm.clientRoles(names.apiClient, 'mode-admin');
  const reservation = { name: `acme.${randomUUID()}`, attributes: { 'orki.account': [account.id] } };
  const usernames = `/clients/${uuid[names.usernamesClient]}/roles`;
  const work: [string, string, unknown?][] = [
    ['GET', `/clients/${uuid[names.apiClient]}/roles?briefRepresentation=false`],
    ['POST', usernames, reservation],
    ['GET', `${usernames}/${reservation.name}`],
    ['GET', mapping],
    ['DELETE', mapping, account.granted],
    ['POST', mapping, admin],
    ['GET', `/users/${account.user}/role-mappings`],
    ['GET', `/clients/${account.id}`],
    ['PUT', `/clients/${account.id}`, { attributes: { [clientAttributes.description]: 'CRM' } }],
    ['PUT', `/clients/${account.id}`, { secret: randomUUID() }],
    ['PUT', `/clients/${account.id}`, { enabled: false }],
    ['DELETE', `/clients/${account.id}`],
    ['DELETE', `${usernames}/${reservation.name}`],
  ];
  for (const [method, path, body] of work) {
    const { status } = await service(method, path, body);
    expect([method, path, status]).toEqual([method, path, expect.toBeOneOf([200, 201, 204])]);
  }
  expect((await realm.admin('GET', `/clients/${account.id}`)).status).toBe(404);
});

test('its lists show accounts, the role holders and the probe, no client of others', async () => {
  const account = await createAccount(realm, service, 'acme', ['mode-agent']);
  const { body } = await service('GET', '/clients');
  const shown = body.map(({ clientId }: { clientId: string }) => clientId).sort();
  expect(shown).toEqual([account.clientId, ...seenByService].sort());
  await realm.admin('DELETE', `/clients/${account.id}`);
});

test('what it can read of these clients opens nothing', async () => {
  for (const clientId of seenByService) {
    const { body } = await service('GET', `/clients/${uuid[clientId]}`);
    const grant = { grant_type: 'client_credentials', client_id: clientId, client_secret: body.secret ?? '' };
    await expect(realm.token(grant)).rejects.toThrow('no token');
  }
});

/** Keycloak evaluates these permissions for any token of the realm, whatever roles its owner has. */
describe('the permissions give nobody else anything', () => {
  const everybody: [string, () => Promise<Call>][] = [
    ['a person without a role', () => realm.callWith(signIn('cli', 'person@acme.test'))],
    [
      'a service account',
      async () => {
        const account = await createAccount(realm, service, 'acme', ['mode-admin']);
        const token = await account.token();
        return realm.callWithToken(token);
      },
    ],
    [
      'another client with the same query role',
      async () => {
        const { body: user } = await realm.admin('GET', `/clients/${uuid.billing}/service-account-user`);
        const roles = await realm.clientRoles('realm-management', 'query-clients', 'query-users');
        await realm.admin(
          'POST',
          `/users/${user.id}/role-mappings/clients/${uuid['realm-management']}`,
          roles,
        );
        return realm.callWith({
          grant_type: 'client_credentials',
          client_id: 'billing',
          client_secret: 'billing-secret',
        });
      },
    ],
  ];

  test.each(everybody)('%s', async (_, signedIn) => {
    const call = await signedIn();
    for (const [clientId, id] of Object.entries(uuid)) {
      const statuses = [
        (await call('GET', `/clients/${id}`)).status,
        (await call('GET', `/clients/${id}/client-secret`)).status,
        (await call('PUT', `/clients/${id}`, { description: 'stolen' })).status,
      ];
      expect([clientId, ...statuses]).toEqual([clientId, 403, 403, 403]);
    }
    expect((await call('GET', `/users/${person}`)).status).toBe(403);
    const { status, body } = await call('GET', '/clients');
    expect(status === 403 ? [] : body).toEqual([]);
  });
});

test.each(['orki service', 'orki everyone but the service', 'orki nobody'])(
  'the protected clients stay shut to everybody when somebody deletes the policy "%s"',
  async (name) => {
    const policies = `/clients/${uuid['admin-permissions']}/authz/resource-server/policy`;
    const { body } = await realm.admin('GET', `${policies}?permission=false`);
    const policy = body.find((found: { name: string }) => found.name === name);
    expect((await realm.admin('DELETE', `${policies}/user/${policy.id}`)).status).toBe(204);

    const everybody = [await realm.callWith(signIn('cli', 'person@acme.test')), await realm.asService()];
    for (const call of everybody) {
      for (const clientId of ['realm-management', 'billing', names.serviceClient]) {
        expect((await call('GET', `/clients/${uuid[clientId]}`)).status).toBe(403);
      }
      expect((await call('PUT', `/clients/${uuid[names.apiClient]}`, { name: 'stolen' })).status).toBe(403);
    }
    await realm.provision();
    expect((await realm.check()).lines).toEqual([]);
  },
);
