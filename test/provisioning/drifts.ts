import { names } from '../../src/names.ts';
import type { TestRealm } from './test-realm.ts';

export interface Drift {
  name: string;
  make: (realm: TestRealm) => Promise<unknown>;
  /** What the check has to say of it. */
  found: RegExp;
  /** Whether other drifts could not be seen, or not in their words, beside this one. */
  hidesOthers?: true;
}

const must = async (answer: ReturnType<TestRealm['admin']>) => {
  const { status, body } = await answer;
  if (status >= 400) throw new Error(`the drift could not be made: ${status} ${JSON.stringify(body)}`);
  return body;
};

const putClient = (clientId: string, change: object) => async (realm: TestRealm) =>
  must(realm.admin('PUT', `/clients/${await realm.uuidOf(clientId)}`, change));

const apiRolePath = async (realm: TestRealm, role: string) =>
  `/clients/${await realm.uuidOf(names.apiClient)}/roles/${encodeURIComponent(role)}`;

const scopeOf = async (realm: TestRealm, name: string) => {
  const scopes = await must(realm.admin('GET', '/client-scopes'));
  return scopes.find((scope: { name: string }) => scope.name === name);
};

const serviceUser = async (realm: TestRealm): Promise<string> => {
  const client = await realm.uuidOf(names.serviceClient);
  return (await must(realm.admin('GET', `/clients/${client}/service-account-user`))).id;
};

const managementRole = async (realm: TestRealm, role: string) => {
  const management = await realm.uuidOf('realm-management');
  return { management, role: await must(realm.admin('GET', `/clients/${management}/roles/${role}`)) };
};

export const realmDrifts: Drift[] = [
  {
    name: 'fine-grained admin permissions switched off',
    hidesOthers: true,
    make: ({ admin }) => must(admin('PUT', '', { adminPermissionsEnabled: false })),
    found: /realm \S+: adminPermissionsEnabled is false, not true/,
  },
  {
    name: 'the signing key switched off',
    make: async ({ admin }) => {
      const providers = await must(admin('GET', '/components?type=org.keycloak.keys.KeyProvider'));
      const ours = providers.find(({ name }: { name: string }) => name === 'orki-es256');
      return must(
        admin('PUT', `/components/${ours.id}`, { ...ours, config: { ...ours.config, active: ['false'] } }),
      );
    },
    found: /key provider orki-es256: no active ES256 key/,
  },
  {
    name: 'tenant_id made editable by people',
    make: async ({ admin }) => {
      const profile = await must(admin('GET', '/users/profile'));
      profile.attributes.at(-1).permissions.edit.push('user');
      return must(admin('PUT', '/users/profile', profile));
    },
    found: /user attribute tenant_id: permissions.edit has user too many/,
  },
];

export const roleDrifts: Drift[] = [
  {
    name: 'a permission role deleted',
    hidesOthers: true,
    make: async (realm) => must(realm.admin('DELETE', await apiRolePath(realm, 'analytics:read'))),
    found: /role analytics:read of orki-api: missing/,
  },
  {
    name: 'a label changed',
    make: async (realm) => {
      const path = await apiRolePath(realm, 'team:read');
      const role = await must(realm.admin('GET', path));
      return must(
        realm.admin('PUT', path, { ...role, attributes: { ...role.attributes, 'orki.label': ['Pwned'] } }),
      );
    },
    found: /role team:read of orki-api: attributes\.orki\.label lacks View team; .* has Pwned too many/,
  },
  {
    name: 'a permission taken out of mode admin',
    make: async (realm) =>
      must(
        realm.admin('DELETE', `${await apiRolePath(realm, 'mode-admin')}/composites`, [
          await must(realm.admin('GET', await apiRolePath(realm, 'ai:use'))),
        ]),
      ),
    found: /permissions in mode-admin: lacks ai:use/,
  },
  {
    name: 'a permission and a realm administration role put into mode agent',
    make: async (realm) =>
      must(
        realm.admin('POST', `${await apiRolePath(realm, 'mode-agent')}/composites`, [
          await must(realm.admin('GET', await apiRolePath(realm, 'security:write'))),
          (await managementRole(realm, 'view-users')).role,
        ]),
      ),
    found: /permissions in mode-agent: has (security:write, view-users|view-users, security:write) too many/,
  },
];

export const scopeDrifts: Drift[] = [
  {
    name: 'the tenant mapper changed',
    make: async (realm) => {
      const scope = await scopeOf(realm, names.serviceAccountScope);
      const tenant = scope.protocolMappers.find(({ name }: { name: string }) => name === 'tenant');
      return must(
        realm.admin('PUT', `/client-scopes/${scope.id}/protocol-mappers/models/${tenant.id}`, {
          ...tenant,
          config: { ...tenant.config, multivalued: 'true' },
        }),
      );
    },
    found: /mapper tenant of orki-service-account: config\.multivalued is "true", not "false"/,
  },
  {
    name: 'the permissions mapper missing, as in a realm of an earlier version',
    make: async (realm) => {
      const scope = await scopeOf(realm, names.serviceAccountScope);
      const own = scope.protocolMappers.find(({ name }: { name: string }) => name === 'permissions');
      return must(realm.admin('DELETE', `/client-scopes/${scope.id}/protocol-mappers/models/${own.id}`));
    },
    found: /mapper permissions of orki-service-account: missing/,
  },
  {
    name: "the claim of people's permissions renamed",
    make: async (realm) => {
      const scope = await scopeOf(realm, names.userScope);
      const own = scope.protocolMappers.find(({ name }: { name: string }) => name === 'permissions');
      return must(
        realm.admin('PUT', `/client-scopes/${scope.id}/protocol-mappers/models/${own.id}`, {
          ...own,
          config: { ...own.config, 'claim.name': 'scope' },
        }),
      );
    },
    found: /mapper permissions of orki-user: config\.claim\.name is "scope", not "permissions"/,
  },
  {
    name: 'a forging mapper added',
    make: async (realm) => {
      const scope = await scopeOf(realm, names.userScope);
      return must(
        realm.admin('POST', `/client-scopes/${scope.id}/protocol-mappers/models`, {
          name: 'forged',
          protocol: 'openid-connect',
          protocolMapper: 'oidc-hardcoded-claim-mapper',
          config: { 'claim.name': 'tenant_id', 'claim.value': 'globex', 'access.token.claim': 'true' },
        }),
      );
    },
    found: /mapper forged of orki-user: is not one of ours/,
  },
  {
    name: 'roles added to and taken out of a scope',
    hidesOthers: true,
    make: async (realm) => {
      const scope = await scopeOf(realm, names.serviceAccountScope);
      const { management, role } = await managementRole(realm, 'view-realm');
      await must(
        realm.admin('POST', `/client-scopes/${scope.id}/scope-mappings/clients/${management}`, [role]),
      );
      const api = await realm.uuidOf(names.apiClient);
      const teamRead = await must(realm.admin('GET', await apiRolePath(realm, 'team:read')));
      return must(
        realm.admin('DELETE', `/client-scopes/${scope.id}/scope-mappings/clients/${api}`, [teamRead]),
      );
    },
    found: /roles in client scope orki-service-account: lacks team:read; has view-realm too many/,
  },
  {
    name: 'a scope made a default of the realm',
    make: async (realm) =>
      must(
        realm.admin('PUT', `/default-default-client-scopes/${(await scopeOf(realm, names.userScope)).id}`),
      ),
    found: /client scope orki-user in the realm's defaults: is one of them/,
  },
  {
    name: 'a scope deleted',
    hidesOthers: true,
    make: async (realm) =>
      must(realm.admin('DELETE', `/client-scopes/${(await scopeOf(realm, names.userScope)).id}`)),
    found: /client scope orki-user: missing/,
  },
];

export const clientDrifts: Drift[] = [
  {
    name: 'PKCE no longer demanded',
    make: putClient(names.frontendClient, { attributes: { 'pkce.code.challenge.method': '' } }),
    found: /client orki-frontend: attributes\.pkce\.code\.challenge\.method is (absent|""), not "S256"/,
  },
  {
    name: 'another redirect address and flow',
    make: putClient(names.frontendClient, {
      redirectUris: ['https://evil.test/*'],
      directAccessGrantsEnabled: true,
    }),
    found:
      /client orki-frontend: directAccessGrantsEnabled is true, not false; redirectUris lacks https:\S+; redirectUris has https:\/\/evil/,
  },
  {
    name: "the command line's sign-in sent elsewhere",
    make: putClient(names.commandLineClient, { redirectUris: ['https://evil.test/*'] }),
    found:
      /client orki-cli: redirectUris lacks http:\/\/127\.0\.0\.1\/callback; redirectUris has https:\/\/evil/,
  },
  {
    name: 'the role holders opened',
    make: putClient(names.tenantsClient, { bearerOnly: false, serviceAccountsEnabled: true }),
    found: /client orki-tenants: serviceAccountsEnabled is true/,
  },
  {
    name: "the service's secret changed",
    make: putClient(names.serviceClient, { secret: 'another-secret-0123456789' }),
    found: /secret of client orki-service-accounts: is not the one in KEYCLOAK_CLIENT_SECRET$/,
  },
  {
    name: "the service's client opened to all scopes",
    make: putClient(names.serviceClient, { fullScopeAllowed: true }),
    found: /client orki-service-accounts: fullScopeAllowed is true, not false/,
  },
  {
    name: 'an optional scope added to the service',
    make: async (realm) => {
      const client = await realm.uuidOf(names.serviceClient);
      const scope = await scopeOf(realm, 'offline_access');
      return must(realm.admin('PUT', `/clients/${client}/optional-client-scopes/${scope.id}`));
    },
    found: /scopes of client orki-service-accounts: has optional offline_access too many/,
  },
  {
    name: 'the service made a manager of people',
    make: async (realm) => {
      const { management, role } = await managementRole(realm, 'manage-users');
      return must(
        realm.admin('POST', `/users/${await serviceUser(realm)}/role-mappings/clients/${management}`, [role]),
      );
    },
    found: /roles of client orki-service-accounts: has manage-users too many/,
  },
  {
    name: "the service's token let in more roles",
    make: async (realm) => {
      const { management, role } = await managementRole(realm, 'manage-realm');
      const client = await realm.uuidOf(names.serviceClient);
      return must(realm.admin('POST', `/clients/${client}/scope-mappings/clients/${management}`, [role]));
    },
    found: /role scope of client orki-service-accounts: has manage-realm too many/,
  },
  {
    name: "the service's client deleted",
    hidesOthers: true,
    make: async (realm) => must(realm.admin('DELETE', `/clients/${await realm.uuidOf(names.serviceClient)}`)),
    found: /client orki-service-accounts: missing/,
  },
];
