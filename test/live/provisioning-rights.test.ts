import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { clientAttributes, names } from '../../src/keycloak/names.ts';
import { inOneOrder } from '../provisioning/snapshot.ts';
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
afterAll(() => realm[Symbol.asyncDispose]());

const rolesOf = async (clientId: string, ...wanted: string[]) => {
  const { body } = await realm.admin('GET', `/clients/${uuid[clientId]}/roles`);
  return body.filter(({ name }: { name: string }) => wanted.includes(name));
};

test("the service's token names one administration role and nothing else", async () => {
  const token = await realm.token({
    grant_type: 'client_credentials',
    client_id: names.serviceClient,
    client_secret: realm.secret,
  });
  const { header, claims } = decode(token);
  expect(header.alg).toBe('RS256');
  expect(claims.aud).toBe('realm-management');
  expect(claims.resource_access).toEqual({ 'realm-management': { roles: ['query-clients'] } });
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
  const admin = await rolesOf(names.apiClient, 'mode-admin');
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

test('its lists show accounts and the role holders, no client of others', async () => {
  const account = await createAccount(realm, service, 'acme', ['mode-agent']);
  const { body } = await service('GET', '/clients');
  const shown = body.map(({ clientId }: { clientId: string }) => clientId).sort();
  expect(shown).toEqual(
    [account.clientId, names.apiClient, names.tenantsClient, names.usernamesClient].sort(),
  );
  await realm.admin('DELETE', `/clients/${account.id}`);
});

test('what it can read of the role holders opens nothing', async () => {
  for (const clientId of [names.apiClient, names.tenantsClient, names.usernamesClient]) {
    const { body } = await service('GET', `/clients/${uuid[clientId]}`);
    const grant = { grant_type: 'client_credentials', client_id: clientId, client_secret: body.secret ?? '' };
    await expect(realm.token(grant)).rejects.toThrow('no token');
  }
});

describe('Keycloak refuses the service', () => {
  const settings = () => `/clients/${uuid['admin-permissions']}/authz/resource-server`;
  const userMapping = (clientId: string) => `/users/${person}/role-mappings/clients/${uuid[clientId]}`;
  const theft: [string, () => Promise<[string, string, unknown?]>][] = [
    [
      "to reset a person's password",
      async () => ['PUT', `/users/${person}/reset-password`, { type: 'password', value: 'x' }],
    ],
    ['to change a person', async () => ['PUT', `/users/${person}`, { email: 'thief@evil.test' }]],
    ['to disable a person', async () => ['PUT', `/users/${person}`, { enabled: false }]],
    ['to delete a person', async () => ['DELETE', `/users/${person}`]],
    ['to make a person', async () => ['POST', '/users', { username: 'thief', enabled: true }]],
    ['to become a person', async () => ['POST', `/users/${person}/impersonation`]],
    ['to change the realm', async () => ['PUT', '', { registrationAllowed: true }]],
    ['to delete the realm', async () => ['DELETE', '']],
    [
      'to import into the realm',
      async () => ['POST', '/partialImport', { ifResourceExists: 'OVERWRITE', users: [] }],
    ],
    ['to export the realm', async () => ['POST', '/partial-export?exportClients=true']],
    ['to make realm roles', async () => ['POST', '/roles', { name: 'thief' }]],
    ['to make groups', async () => ['POST', '/groups', { name: 'thieves' }]],
    ['to read events', async () => ['GET', '/events']],
    [
      'to change the keys',
      async () => [
        'POST',
        '/components',
        { name: 'k', providerType: 'org.keycloak.keys.KeyProvider', providerId: 'rsa-generated' },
      ],
    ],
    ['to change the user profile', async () => ['PUT', '/users/profile', { attributes: [] }]],
    [
      'to add an identity provider',
      async () => ['POST', '/identity-provider/instances', { alias: 'evil', providerId: 'oidc' }],
    ],
    [
      'to give realm administration to a person',
      async () => ['POST', userMapping('realm-management'), await rolesOf('realm-management', 'realm-admin')],
    ],
    [
      'to give itself more rights',
      async () => {
        const client = uuid[names.serviceClient];
        const { body } = await realm.admin('GET', `/clients/${client}/service-account-user`);
        return [
          'POST',
          `/users/${body.id}/role-mappings/clients/${uuid['realm-management']}`,
          await rolesOf('realm-management', 'manage-clients'),
        ];
      },
    ],
    [
      'to give roles of others',
      async () => ['POST', userMapping('account'), await rolesOf('account', 'delete-account')],
    ],
    [
      'to put administration roles into a mode',
      async () => {
        const roles = await rolesOf('realm-management', 'manage-users');
        return ['POST', `/clients/${uuid[names.apiClient]}/roles/mode-agent/composites`, roles];
      },
    ],
    [
      'to add permissions to orki-api',
      async () => ['POST', `/clients/${uuid[names.apiClient]}/roles`, { name: 'all:all' }],
    ],
    ['to change orki-api', async () => ['PUT', `/clients/${uuid[names.apiClient]}`, { bearerOnly: false }]],
    ["to renew orki-api's secret", async () => ['POST', `/clients/${uuid[names.apiClient]}/client-secret`]],
    ["to read another client's secret", async () => ['GET', `/clients/${uuid.billing}/client-secret`]],
    ["to renew another client's secret", async () => ['POST', `/clients/${uuid.billing}/client-secret`]],
    ["to see another client's user", async () => ['GET', `/clients/${uuid.billing}/service-account-user`]],
    ['to read the admin permissions', async () => ['GET', `${settings()}/policy`]],
    [
      'to change the admin permissions',
      async () => ['POST', `${settings()}/policy/user`, { name: 'p', users: [person] }],
    ],
    [
      "to let administration roles into an account's token",
      async () => {
        const account = await createAccount(realm, service, 'acme', []);
        const roles = await rolesOf('realm-management', 'realm-admin');
        return ['POST', `/clients/${account.id}/scope-mappings/clients/${uuid['realm-management']}`, roles];
      },
    ],
  ];

  test.each(theft)('%s', async (_, request) => {
    const [method, path, body] = await request();
    const { status } = await service(method, path, body);
    expect(status).toBe(403);
  });

  test('every client that is not an account: reading, changing, deleting', async () => {
    const protectedIds = Object.entries(uuid).filter(
      ([clientId]) =>
        ![names.apiClient, names.tenantsClient, names.usernamesClient].includes(clientId as never),
    );
    expect(protectedIds.map(([clientId]) => clientId)).toEqual(
      expect.arrayContaining([
        'admin-permissions',
        'realm-management',
        'security-admin-console',
        names.serviceClient,
      ]),
    );
    const before = inOneOrder((await realm.admin('GET', '/clients')).body);
    for (const [clientId, id] of protectedIds) {
      const statuses = [
        (await service('GET', `/clients/${id}`)).status,
        (await service('PUT', `/clients/${id}`, { description: 'stolen' })).status,
        (await service('DELETE', `/clients/${id}`)).status,
      ];
      expect([clientId, ...statuses]).toEqual([clientId, 403, 403, 403]);
    }
    expect(inOneOrder((await realm.admin('GET', '/clients')).body)).toEqual(before);
  });
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
        const roles = await rolesOf('realm-management', 'query-clients', 'query-users');
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

/** Fine-grained permissions have no finer grain for these; a Keycloak that refuses them one day is good news. */
describe('known to remain open to a thief of the service', () => {
  test('reading who the people are, because reading role mappings takes the right to view users', async () => {
    expect((await service('GET', '/users')).body).toMatchObject([{ username: 'person@acme.test' }]);
    expect((await service('GET', `/users/${person}`)).status).toBe(200);
  });

  test('writing client scopes, because making clients takes the right to manage all of them', async () => {
    const { status, location } = await service('POST', '/client-scopes', {
      name: 'forged',
      protocol: 'openid-connect',
    });
    expect(status).toBe(201);
    expect((await service('DELETE', `/client-scopes/${location?.split('/').pop()}`)).status).toBe(204);
  });
});
