import { z } from 'zod';
import { names } from '../../names.ts';
import type { Gateway } from '../../service-accounts/gateway.ts';
import type { BoundCalls } from '../calls/bound-calls.ts';
import { KeycloakFailure, unavailable } from '../calls/failures.ts';
import { settled } from '../calls/settled.ts';
import { catalogueAge, type RealmObjects, type RoleReference } from './realm-objects.ts';

type AccountRoles = Pick<Gateway, 'assignTenant' | 'grantedRoles' | 'grantRoles' | 'revokeRoles'>;

const withId = z.object({ id: z.string() });
const roleReferences = z.array(z.object({ id: z.string(), name: z.string() }));

/** The roles of a service account: its tenant's, and its rights. */
export function accountRoles({ call, lookAfter }: BoundCalls, realm: RealmObjects): AccountRoles {
  const userOf = (id: string) =>
    realm.userOf(id, async () => {
      const path = `/clients/${id}/service-account-user`;
      const answer = await call({ operation: 'find service-account user', method: 'GET', path });
      return withId.parse(answer.body).id;
    });

  /** Where the roles of one of our clients that are mapped to an account's user are read and changed. */
  async function mappingPath(id: string, clientId: string): Promise<string> {
    const [user, client] = await Promise.all([userOf(id), realm.clientUuid(clientId)]);
    return `/users/${user}/role-mappings/clients/${client}`;
  }

  /** Adds roles at a place, or takes them away; doing so again changes nothing. */
  async function change(
    operation: string,
    method: 'POST' | 'DELETE',
    path: string,
    roles: readonly RoleReference[],
    expected: readonly number[] = [],
  ): Promise<number> {
    let status = 0;
    const send = async () => {
      ({ status } = await call({ operation, method, path, body: roles, expected }));
    };
    await settled(send, async () => {
      const { body } = await lookAfter({ operation: `check: ${operation}`, path });
      const there = new Set(roleReferences.parse(body).map(({ id }) => id));
      return roles.every(({ id }) => there.has(id) === (method === 'POST'));
    });
    return status;
  }

  async function changeGrant(
    operation: string,
    method: 'POST' | 'DELETE',
    id: string,
    roles: readonly string[],
  ) {
    const { roles: known } = await realm.catalogue(catalogueAge.usual);
    const references = roles.map((name) => {
      const reference = known.get(name);
      if (reference !== undefined) return reference;
      throw unavailable(new KeycloakFailure(`find role ${name}`, { status: 404 }));
    });
    await change(operation, method, await mappingPath(id, names.apiClient), references);
  }

  async function ensureTenantRole(tenantId: string): Promise<RoleReference> {
    const path = `/clients/${await realm.clientUuid(names.tenantsClient)}/roles`;
    const read = { operation: 'find tenant role', method: 'GET', path: `${path}/${tenantId}` } as const;
    let answer = await call({ ...read, expected: [404] });
    if (answer.status === 404) {
      const body = { name: tenantId, description: `Puts tenant_id "${tenantId}" into access tokens.` };
      // Another request made it a moment ago (409), or at the same moment (500, from Keycloak's database).
      await call({ operation: 'make tenant role', method: 'POST', path, body, expected: [409, 500] });
      answer = await call(read);
    }
    const { id, name } = roleReferences.element.parse(answer.body);
    return { id, name };
  }

  return {
    async assignTenant(id, tenantId) {
      const tenants = await realm.clientUuid(names.tenantsClient);
      const assign = async () => {
        const role = await realm.tenantRole(tenantId, () => ensureTenantRole(tenantId));
        const scopePath = `/clients/${id}/scope-mappings/clients/${tenants}`;
        // The role is in the token when it is in the client's scope and mapped to its user; the two are independent.
        return Promise.all([
          change('map tenant', 'POST', await mappingPath(id, names.tenantsClient), [role], [404]),
          change('scope tenant', 'POST', scopePath, [role], [404]),
        ]);
      };
      const isGone = (statuses: readonly number[]) => statuses.includes(404);
      if (!isGone(await assign())) return;
      // Somebody removed the tenant's role since it was looked up.
      realm.forgetTenantRole(tenantId);
      if (isGone(await assign())) throw unavailable(new KeycloakFailure('assign tenant', { status: 404 }));
    },

    async grantedRoles(id) {
      const path = await mappingPath(id, names.apiClient);
      const answer = await call({ operation: 'read roles', method: 'GET', path });
      return roleReferences.parse(answer.body).map((role) => role.name);
    },

    grantRoles: (id, roles) => changeGrant('grant roles', 'POST', id, roles),
    revokeRoles: (id, roles) => changeGrant('revoke roles', 'DELETE', id, roles),
  };
}
