import { clientAttributes, names } from '../../src/names.ts';
import { inOneOrder } from '../provisioning/snapshot.ts';
import type { TestRealm } from '../provisioning/test-realm.ts';

interface Identified {
  readonly id: string;
  readonly attributes?: Record<string, string>;
}

/**
 * All of a realm that the service must not change, as Keycloak itself represents it: the realm, clients with their
 * secrets, people with their roles and credentials, permissions, policies. Only service accounts are left out.
 */
export async function protectedState({ admin, uuidOf }: TestRealm) {
  const get = async (path: string) => {
    const { status, body } = await admin('GET', path);
    if (status !== 200) throw new Error(`${path}: ${status}`);
    return body;
  };
  const all: Identified[] = await get('/clients?max=10000');
  const clients = all.filter(({ attributes }) => attributes?.[clientAttributes.managed] !== 'true');
  const people: Identified[] = await get('/users?max=1000&briefRepresentation=false');
  const service: Identified = await get(`/clients/${await uuidOf(names.serviceClient)}/service-account-user`);
  const permissions = `/clients/${await uuidOf('admin-permissions')}/authz/resource-server`;
  const [api, tenants] = [await uuidOf(names.apiClient), await uuidOf(names.tenantsClient)];

  return inOneOrder({
    clients,
    people,
    rights: await Promise.all([...people, service].map(({ id }) => get(`/users/${id}/role-mappings`))),
    credentials: await Promise.all(people.map(({ id }) => get(`/users/${id}/credentials`))),
    apiRoles: await get(`/clients/${api}/roles?briefRepresentation=false`),
    agent: await get(`/clients/${api}/roles/${names.modeRoles.agent}/composites`),
    tenantRoles: await get(`/clients/${tenants}/roles?briefRepresentation=false`),
    scopes: await get('/client-scopes'),
    permissions: await get(`${permissions}/permission?max=1000`),
    permissionPolicies: await get(`${permissions}/policy?max=1000&permission=false`),
    permissionResources: await get(`${permissions}/resource?max=1000`),
    policies: await get('/client-policies/policies'),
    profiles: await get('/client-policies/profiles'),
    realm: await get(''),
    realmRoles: await get('/roles'),
    groups: await get('/groups'),
    components: await get('/components'),
    identityProviders: await get('/identity-provider/instances'),
    profile: await get('/users/profile'),
  });
}
