import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { newClient } from '../../../src/keycloak/accounts/account-representation.ts';
import { connectKeycloak } from '../../../src/keycloak/connect.ts';
import { clientAttributes, names } from '../../../src/names.ts';
import { roleHolders, seenByService } from '../../provisioning/role-holders.ts';
import { createAccount } from '../../provisioning/test-account.ts';
import { createPerson, createSignInClient, signIn } from '../../provisioning/test-person.ts';
import { type Call, type TestRealm, testRealm } from '../../provisioning/test-realm.ts';
import { newAccount } from '../../support/in-memory-keycloak.ts';
import { protectedState } from '../../support/protected-state.ts';

let realm: TestRealm;
let service: Call;
const uuid: Record<string, string> = {};
let person: string;
let serviceUser: string;
let account: Awaited<ReturnType<typeof createAccount>>;
let untouched: unknown;

beforeAll(async () => {
  realm = await testRealm(inject('keycloak'), 'theft');
  await realm.admin('POST', '/../', {
    realm: realm.name,
    enabled: true,
    attributes: { 'orki.provisioned': 'true' },
  });
  const billing = { clientId: 'billing', secret: 'billing-secret', serviceAccountsEnabled: true };
  await realm.admin('POST', '/clients', billing);
  await createSignInClient(realm, 'cli', { fullScopeAllowed: true });
  await realm.provision();
  person = await createPerson(realm, 'person@acme.test', { attributes: { tenant_id: ['acme'] } });
  await realm.admin('POST', '/groups', { name: 'staff' });
  for (const { clientId, id } of (await realm.admin('GET', '/clients')).body) uuid[clientId] = id;
  const { body: user } = await realm.admin(
    'GET',
    `/clients/${uuid[names.serviceClient]}/service-account-user`,
  );
  serviceUser = user.id;
  service = await realm.asService();
  account = await createAccount(realm, service, 'acme', ['mode-agent']);
  untouched = await protectedState(realm);
});

const mappingOf = (user: string, clientId: string) =>
  `/users/${user}/role-mappings/clients/${uuid[clientId]}`;
const clientPath = (clientId: string) => `/clients/${uuid[clientId]}`;
const permissions = () => `${clientPath('admin-permissions')}/authz/resource-server`;

type Request = readonly [method: string, path: string, body?: unknown];

const beyondItsJob: [string, () => Request | Promise<Request>][] = [
  [
    "reset a person's password",
    () => ['PUT', `/users/${person}/reset-password`, { type: 'password', value: 'x' }],
  ],
  ['change a person', () => ['PUT', `/users/${person}`, { email: 'thief@evil.test' }]],
  ["change a person's tenant", () => ['PUT', `/users/${person}`, { attributes: { tenant_id: ['globex'] } }]],
  ['disable a person', () => ['PUT', `/users/${person}`, { enabled: false }]],
  ['delete a person', () => ['DELETE', `/users/${person}`]],
  ['make a person', () => ['POST', '/users', { username: 'thief', enabled: true }]],
  ['become a person', () => ['POST', `/users/${person}/impersonation`]],
  [
    'put a person into a group',
    async () => {
      const [group] = (await realm.admin('GET', '/groups')).body;
      return ['PUT', `/users/${person}/groups/${group.id}`];
    },
  ],
  [
    "link a person to another provider's account",
    () => ['POST', `/users/${person}/federated-identity/evil`, { userId: 'x', userName: 'x' }],
  ],
  [
    "remove a person's credentials",
    async () => {
      const [credential] = (await realm.admin('GET', `/users/${person}/credentials`)).body;
      return ['DELETE', `/users/${person}/credentials/${credential.id}`];
    },
  ],
  ["end a person's sessions", () => ['POST', `/users/${person}/logout`]],
  [
    'mail a person a link that changes the password',
    () => ['PUT', `/users/${person}/execute-actions-email`, ['UPDATE_PASSWORD']],
  ],
  ['change the realm', () => ['PUT', '', { registrationAllowed: true }]],
  ['switch fine-grained permissions off', () => ['PUT', '', { adminPermissionsEnabled: false }]],
  ['delete the realm', () => ['DELETE', '']],
  ['import into the realm', () => ['POST', '/partialImport', { ifResourceExists: 'OVERWRITE', users: [] }]],
  ['export the realm', () => ['POST', '/partial-export?exportClients=true']],
  ['make realm roles', () => ['POST', '/roles', { name: 'thief' }]],
  ['make groups', () => ['POST', '/groups', { name: 'thieves' }]],
  ['read events', () => ['GET', '/events']],
  ['read what administrators did', () => ['GET', '/admin-events']],
  ['clear the events', () => ['DELETE', '/events']],
  [
    'change the keys',
    () => [
      'POST',
      '/components',
      { name: 'k', providerType: 'org.keycloak.keys.KeyProvider', providerId: 'rsa-generated' },
    ],
  ],
  ['change the user profile', () => ['PUT', '/users/profile', { attributes: [] }]],
  [
    'change how people sign in',
    () => ['POST', '/authentication/flows', { alias: 'evil', providerId: 'basic-flow' }],
  ],
  [
    'add an identity provider',
    () => ['POST', '/identity-provider/instances', { alias: 'evil', providerId: 'oidc' }],
  ],
  ['read the client policies', () => ['GET', '/client-policies/policies']],
  ['drop the client policies', () => ['PUT', '/client-policies/policies', { policies: [] }]],
  ['drop the client profiles', () => ['PUT', '/client-policies/profiles', { profiles: [] }]],
  [
    'slip out of the client policies',
    async () => [
      'DELETE',
      mappingOf(serviceUser, names.serviceClient),
      await realm.clientRoles(names.serviceClient, names.makerRole),
    ],
  ],
  [
    'delete the role by which they know it',
    () => ['DELETE', `${clientPath(names.serviceClient)}/roles/${names.makerRole}`],
  ],
  [
    'rename that role',
    async () => {
      const [role] = await realm.clientRoles(names.serviceClient, names.makerRole);
      return ['PUT', `/roles-by-id/${role?.id}`, { ...role, name: 'other' }];
    },
  ],
  [
    'give realm administration to a person',
    async () => [
      'POST',
      mappingOf(person, 'realm-management'),
      await realm.clientRoles('realm-management', 'realm-admin'),
    ],
  ],
  [
    'give itself more rights',
    async () => [
      'POST',
      mappingOf(serviceUser, 'realm-management'),
      await realm.clientRoles('realm-management', 'manage-clients'),
    ],
  ],
  [
    'give an account administration',
    async () => [
      'POST',
      mappingOf(account.user, 'realm-management'),
      await realm.clientRoles('realm-management', 'query-clients'),
    ],
  ],
  [
    "let administration roles into an account's token",
    async () => [
      'POST',
      `/clients/${account.id}/scope-mappings/clients/${uuid['realm-management']}`,
      await realm.clientRoles('realm-management', 'realm-admin'),
    ],
  ],
  [
    'give roles of others',
    async () => ['POST', mappingOf(person, 'account'), await realm.clientRoles('account', 'delete-account')],
  ],
  [
    'give realm roles',
    async () => {
      const { body: role } = await realm.admin('GET', '/roles/offline_access');
      return ['POST', `/users/${account.user}/role-mappings/realm`, [role]];
    },
  ],
  [
    'put administration roles into a mode',
    async () => [
      'POST',
      `${clientPath(names.apiClient)}/roles/mode-agent/composites`,
      await realm.clientRoles('realm-management', 'manage-users'),
    ],
  ],
  [
    "put administration roles into a tenant's role",
    async () => [
      'POST',
      `${clientPath(names.tenantsClient)}/roles/acme/composites`,
      await realm.clientRoles('realm-management', 'manage-users'),
    ],
  ],
  [
    'add permissions to orki-api',
    () => ['POST', `${clientPath(names.apiClient)}/roles`, { name: 'all:all' }],
  ],
  ['change orki-api', () => ['PUT', clientPath(names.apiClient), { bearerOnly: false }]],
  ["renew orki-api's secret", () => ['POST', `${clientPath(names.apiClient)}/client-secret`]],
  ['delete orki-api', () => ['DELETE', clientPath(names.apiClient)]],
  ["read another client's secret", () => ['GET', `${clientPath('billing')}/client-secret`]],
  ["renew another client's secret", () => ['POST', `${clientPath('billing')}/client-secret`]],
  ["see another client's user", () => ['GET', `${clientPath('billing')}/service-account-user`]],
  [
    'take another client over by a token for registration',
    () => ['POST', `${clientPath('billing')}/registration-access-token`],
  ],
  ['renew its own secret', () => ['POST', `${clientPath(names.serviceClient)}/client-secret`]],
  ['read the admin permissions', () => ['GET', `${permissions()}/policy`]],
  [
    'change the admin permissions',
    () => ['POST', `${permissions()}/policy/user`, { name: 'p', users: [person] }],
  ],
  [
    'switch the client of the admin permissions off',
    () => ['PUT', clientPath('admin-permissions'), { enabled: false }],
  ],
];

describe('attack 34: Keycloak refuses whoever has stolen the credentials, and stays as it was', () => {
  test.each(beyondItsJob)('%s', async (_, request) => {
    const [method, path, body] = await request();
    expect((await service(method, path, body)).status).toBe(403);
  });

  test('read, change or delete any client that is not an account', async () => {
    const protectedIds = Object.entries(uuid).filter(([clientId]) => !seenByService.includes(clientId));
    const atLeast = ['admin-permissions', 'realm-management', 'security-admin-console', names.serviceClient];
    expect(protectedIds.map(([clientId]) => clientId)).toEqual(expect.arrayContaining(atLeast));
    for (const [clientId, id] of protectedIds) {
      const statuses = [
        (await service('GET', `/clients/${id}`)).status,
        (await service('PUT', `/clients/${id}`, { description: 'stolen' })).status,
        (await service('DELETE', `/clients/${id}`)).status,
      ];
      expect([clientId, ...statuses]).toEqual([clientId, 403, 403, 403]);
    }
  });

  test('after all of that, every protected client, person and setting is what it was', async () => {
    expect(await protectedState(realm)).toEqual(untouched);
  });
});

const unlikeAnAccount: [string, object][] = [
  ['with addresses to come back to', { standardFlowEnabled: true, redirectUris: ['https://evil.test/*'] }],
  [
    'that is public, with addresses',
    { publicClient: true, standardFlowEnabled: true, redirectUris: ['https://evil.test/*'] },
  ],
  ['that pages elsewhere may use', { webOrigins: ['*'] }],
  ['with the password grant', { directAccessGrantsEnabled: true }],
  ['with full scope', { fullScopeAllowed: true }],
  ['with a certificate', { clientAuthenticatorType: 'client-x509' }],
  ['that signs with its secret', { clientAuthenticatorType: 'client-secret-jwt' }],
  ['that another identity provider vouches for', { clientAuthenticatorType: 'federated-jwt' }],
  [
    'with keys from an address',
    {
      clientAuthenticatorType: 'client-jwt',
      attributes: { 'use.jwks.url': 'true', 'jwks.url': 'https://evil.test/keys' },
    },
  ],
  ['with an address to log out to', { attributes: { 'post.logout.redirect.uris': 'https://evil.test/*' } }],
  [
    'for SAML, with an address',
    { protocol: 'saml', attributes: { saml_assertion_consumer_url_post: 'https://evil.test/' } },
  ],
];

describe('attack 34: the thief makes clients for other uses', () => {
  test.each(unlikeAnAccount)('one %s', async (_, settings) => {
    const likeOurs = newClient(newAccount());
    const { status } = await service('POST', '/clients', { ...likeOurs, ...settings });
    expect(status).toBe(400);
    expect((await realm.admin('GET', `/clients/${likeOurs.id}`)).status).toBe(404);
  });

  test.each(unlikeAnAccount)('an account turned into one %s', async (_, settings) => {
    const { body: before } = await realm.admin('GET', `/clients/${account.id}`);
    expect((await service('PUT', `/clients/${account.id}`, settings)).status).toBe(400);
    expect((await realm.admin('GET', `/clients/${account.id}`)).body).toEqual(before);
  });

  const refusedByPolicy = {
    status: 403,
    reason: expect.stringMatching(/^invalid_(client_metadata|registration)$/),
  };
  const register = async (token: string, client: object, method = 'POST', path = 'default') => {
    const url = `${realm.url}/realms/${realm.name}/clients-registrations/${path}`;
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await fetch(url, { method, headers, body: JSON.stringify(client) });
    const { error_description: reason } = (await response.json()) as { error_description?: string };
    return { status: response.status, reason };
  };

  test('round the Admin API, by registration with a token that it can make', async () => {
    const { body } = await service('POST', '/clients-initial-access', { count: 9, expiration: 60 });
    for (const [name, settings] of unlikeAnAccount) {
      const client = { clientId: randomUUID(), directAccessGrantsEnabled: false, fullScopeAllowed: false };
      expect([name, await register(body.token, { ...client, ...settings })]).toEqual([name, refusedByPolicy]);
    }
    const oidc = { redirect_uris: ['https://evil.test/'], token_endpoint_auth_method: 'none' };
    expect(await register(body.token, oidc, 'POST', 'openid-connect')).toEqual(refusedByPolicy);
  });

  test("round the Admin API, by an account's own token for registration", async () => {
    const { body } = await service('POST', `/clients/${account.id}/registration-access-token`);
    const { body: before } = await realm.admin('GET', `/clients/${account.id}`);
    // Keycloak would refuse the scope for a reason of its own.
    const { defaultClientScopes: _, ...kept } = before;
    const changed = { ...kept, redirectUris: ['https://evil.test/*'], standardFlowEnabled: true };
    const path = `default/${account.clientId}`;
    expect(await register(body.registrationAccessToken, changed, 'PUT', path)).toEqual(refusedByPolicy);
    expect((await realm.admin('GET', `/clients/${account.id}`)).body).toEqual(before);
  });

  test('registration with nothing but its access token', async () => {
    const grant = {
      grant_type: 'client_credentials',
      client_id: names.serviceClient,
      client_secret: realm.secret,
    };
    expect(await register(await realm.token(grant), newClient(newAccount()))).toEqual({
      status: 403,
      reason: 'Forbidden',
    });
  });

  test('the policies leave people and their clients alone', async () => {
    const client = {
      clientId: `app-${randomUUID()}`,
      publicClient: true,
      redirectUris: ['https://app.test/*'],
    };
    expect((await realm.admin('POST', '/clients', client)).status).toBe(201);
    await expect(realm.token(signIn('cli', 'person@acme.test'))).resolves.toBeTypeOf('string');
  });
});

test('what the service reads of clients that are no accounts opens nothing', async () => {
  for (const clientId of seenByService) {
    const { body } = await service('GET', clientPath(clientId));
    const grant = { grant_type: 'client_credentials', client_id: clientId, client_secret: body.secret ?? '' };
    await expect(realm.token(grant)).rejects.toThrow('no token');
  }
});

/** What SECURITY.md says that a thief could do; a Keycloak that refuses one of these one day is good news. */
describe('attack 34: known to remain open', () => {
  test('reading who the people are', async () => {
    expect((await service('GET', '/users')).body).toMatchObject([{ username: 'person@acme.test' }]);
    expect((await service('GET', `/users/${person}`)).status).toBe(200);
  });

  test('mapping roles of orki-api and tenants to people', async () => {
    const roles = await realm.clientRoles(names.apiClient, 'mode-admin');
    expect((await service('POST', mappingOf(person, names.apiClient), roles)).status).toBe(204);
    const tenants = (await service('GET', `${clientPath(names.tenantsClient)}/roles`)).body;
    expect((await service('POST', mappingOf(person, names.tenantsClient), tenants)).status).toBe(204);
    // In a person's token the tenant is the user attribute, which the thief can't write.
    expect((await service('DELETE', mappingOf(person, names.apiClient), roles)).status).toBe(204);
    expect((await service('DELETE', mappingOf(person, names.tenantsClient), tenants)).status).toBe(204);
  });

  test('changing the clients that hold tenants, usernames and locks, and not orki-api', async () => {
    for (const clientId of roleHolders) {
      const { description } = (await realm.admin('GET', clientPath(clientId))).body;
      const expected = clientId === names.apiClient ? 403 : 204;
      for (const change of [{ description: 'stolen' }, { description }]) {
        const { status } = await service('PUT', clientPath(clientId), change);
        expect([clientId, status]).toEqual([clientId, expected]);
      }
    }
  });

  test('writing client scopes', async () => {
    const { status, location } = await service('POST', '/client-scopes', {
      name: 'forged',
      protocol: 'openid-connect',
    });
    expect(status).toBe(201);
    expect((await service('DELETE', `/client-scopes/${location?.split('/').pop()}`)).status).toBe(204);
  });

  test.each([
    ['is public, with nowhere to come back to', { publicClient: true, serviceAccountsEnabled: false }],
    ['uses the device grant', { attributes: { 'oauth2.device.authorization.grant.enabled': 'true' } }],
    ['uses CIBA', { attributes: { 'oidc.ciba.grant.enabled': 'true' } }],
    ['exchanges tokens', { attributes: { 'standard.token.exchange.enabled': 'true' } }],
    ['has no mark', { attributes: { [clientAttributes.managed]: '' } }],
  ])('making a client that %s', async (_, settings) => {
    const client = { ...newClient(newAccount()), ...settings };
    expect((await service('POST', '/clients', client)).status).toBe(201);
    expect((await service('DELETE', `/clients/${client.id}`)).status).toBe(204);
  });
});

describe('readiness', () => {
  const look = async () => {
    const failures: unknown[] = [];
    const credential = { secret: realm.secret };
    const settings = { internalUrl: realm.url, realm: realm.name, clientId: names.serviceClient };
    const keycloak = connectKeycloak(
      { ...settings, issuer: `${realm.url}/realms/${realm.name}`, credential, callTimeoutMs: 10_000 },
      (error) => failures.push(error),
    );
    const found = await keycloak.checkReadiness();
    await keycloak.close();
    return { ...found, failures };
  };
  const tooMany = () => realm.clientRoles('realm-management', 'view-users');

  test('is red while the service holds more of the administration than it needs', async () => {
    const asProvisioned = { keycloak: 'up', provisioned: true, missing: [], unavailable: [] };
    expect(await look()).toEqual({ ...asProvisioned, failures: [] });

    await realm.admin('POST', mappingOf(serviceUser, 'realm-management'), await tooMany());
    const scope = `${clientPath(names.serviceClient)}/scope-mappings/clients/${uuid['realm-management']}`;
    await realm.admin('POST', scope, await tooMany());
    expect(await look()).toMatchObject({
      keycloak: 'up',
      provisioned: false,
      missing: ["the least rights for the service's own client"],
      failures: [
        { cause: { upstream: expect.stringContaining('has realm-management/view-users too many') } },
      ],
    });

    await realm.admin('DELETE', mappingOf(serviceUser, 'realm-management'), await tooMany());
    expect(await look()).toMatchObject({ provisioned: true });
    await realm.admin('DELETE', scope, await tooMany());
  });

  test('is red while no client policy would know the service', async () => {
    const maker = await realm.clientRoles(names.serviceClient, names.makerRole);
    await realm.admin('DELETE', mappingOf(serviceUser, names.serviceClient), maker);
    expect(await look()).toMatchObject({
      provisioned: false,
      failures: [{ cause: { upstream: `lacks ${names.serviceClient}/${names.makerRole}` } }],
    });
    await realm.admin('POST', mappingOf(serviceUser, names.serviceClient), maker);
    expect(await look()).toMatchObject({ provisioned: true });
  });
});
