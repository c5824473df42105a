import { names } from '../../src/names.ts';
import type { TestRealm } from './test-realm.ts';

interface Named {
  id: string;
  name: string;
}

/** Clients that provisioning makes, and the one that Keycloak makes when fine-grained permissions go on. */
const provisionedClients: string[] = [
  names.tenantsClient,
  names.usernamesClient,
  names.locksClient,
  names.rotationProbeClient,
  names.commandLineClient,
  names.serviceClient,
  'admin-permissions',
];

/**
 * Everything in a realm that belongs to others, as Keycloak represents it. Left out is exactly what provisioning
 * may add: its clients, scopes, roles on orki-api, key, user attribute, and the switch of fine-grained permissions.
 */
export async function snapshotOfOthers(realm: TestRealm, apiRolesOfOthers: string[]) {
  const get = async (path: string) => {
    const { status, body } = await realm.admin('GET', path);
    if (status !== 200) throw new Error(`${path}: ${status}`);
    return body;
  };
  const { adminPermissionsEnabled: _, adminPermissionsClient: __, ...others } = await get('');
  // Policies are in the realm's representation as well.
  const { clientPolicies: ___, clientProfiles: ____, ...settings } = others;
  const clients = (await get('/clients')).filter(
    ({ clientId }: { clientId: string }) => !provisionedClients.includes(clientId),
  );
  const users = await get('/users?briefRepresentation=false');
  const profile = await get('/users/profile');
  const api = await realm.uuidOf(names.apiClient);
  const apiRoles = await get(`/clients/${api}/roles?briefRepresentation=false`);
  const ours: string[] = [names.serviceAccountScope, names.userScope];
  const withoutOrki = (items: Named[]) => items.filter(({ name }) => !name.startsWith('orki '));
  const withoutOurs = (items: Named[]) => items.filter(({ name }) => !ours.includes(name));

  return inOneOrder({
    settings,
    clients,
    clientDetails: await Promise.all(
      clients.map(async ({ id, clientId }: { id: string; clientId: string }) => ({
        clientId,
        roles:
          clientId === names.apiClient ? [] : await get(`/clients/${id}/roles?briefRepresentation=false`),
        scopeMappings: await get(`/clients/${id}/scope-mappings`),
      })),
    ),
    apiRoles: apiRoles.filter(({ name }: Named) => apiRolesOfOthers.includes(name)),
    realmRoles: await get('/roles?briefRepresentation=false'),
    composites: await get(`/roles/default-roles-${realm.name}/composites`),
    users,
    userDetails: await Promise.all(
      users.map(async ({ id }: Named) => ({
        roles: await get(`/users/${id}/role-mappings`),
        groups: await get(`/users/${id}/groups`),
      })),
    ),
    policies: withoutOrki((await get('/client-policies/policies')).policies),
    profiles: withoutOrki((await get('/client-policies/profiles')).profiles),
    groups: await get('/groups?briefRepresentation=false'),
    clientScopes: withoutOurs(await get('/client-scopes')),
    defaultScopes: await get('/default-default-client-scopes'),
    optionalScopes: await get('/default-optional-client-scopes'),
    components: (await get('/components')).filter(
      ({ name, providerId }: { name: string; providerId: string }) =>
        // The user profile is kept in a component too, and is compared below.
        name !== 'orki-es256' && providerId !== 'declarative-user-profile',
    ),
    profile: {
      ...profile,
      attributes: profile.attributes.filter(({ name }: Named) => name !== names.tenantClaim),
    },
    flows: await get('/authentication/flows'),
    identityProviders: await get('/identity-provider/instances'),
  });
}

/** Keycloak's lists come in whatever order the database has them. */
export function inOneOrder(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(inOneOrder).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, inOneOrder(item)]));
}
