import { z } from 'zod';
import {
  accountOf,
  editedAttributes,
  newClient,
  secretAttributes,
  updatedAttributes,
} from './account-representation.ts';
import type { AdminApi, AdminCall } from './admin-api.ts';
import { until } from './deadline.ts';
import { KeycloakFailure, unavailable } from './failures.ts';
import type { ConnectGateway, Gateway } from './gateway.ts';
import { clientAttributes, names } from './names.ts';
import { catalogueAge, type RealmObjects, type RoleReference } from './realm-objects.ts';
import { usernameReservations } from './usernames.ts';

const withId = z.object({ id: z.string() });
const withClientId = z.looseObject({ clientId: z.string() });
const roleReferences = z.array(z.object({ id: z.string(), name: z.string() }));

const cleanupMs = 2_000;

/** The gateway to a real Keycloak. `realm` is shared by all requests, the rest is made for each. */
export function keycloakGateway(api: AdminApi, realm: RealmObjects): ConnectGateway {
  return ({ signal }) => bind(api, realm, signal);
}

function bind(api: AdminApi, shared: RealmObjects, signal: AbortSignal): Gateway {
  const realm = boundRealm(shared, signal);
  const call = (adminCall: AdminCall) => api(adminCall, signal);

  async function change(operation: string, id: string, body: object): Promise<void> {
    await call({ operation, method: 'PUT', path: clientPath(id), body });
  }

  const userOf = (id: string) =>
    realm.userOf(id, async () => {
      const path = `${clientPath(id)}/service-account-user`;
      const answer = await call({ operation: 'find service-account user', method: 'GET', path });
      return withId.parse(answer.body).id;
    });

  /** Where the roles of one of our clients that are mapped to an account's user are read and changed. */
  async function mappingPath(id: string, clientId: string): Promise<string> {
    const [user, client] = await Promise.all([userOf(id), realm.clientUuid(clientId)]);
    return `/users/${user}/role-mappings/clients/${client}`;
  }

  async function changeRoles(
    operation: string,
    method: 'POST' | 'DELETE',
    id: string,
    roles: readonly string[],
  ) {
    const body = await references(roles);
    await call({ operation, method, path: await mappingPath(id, names.apiClient), body });
  }

  async function references(roles: readonly string[]): Promise<RoleReference[]> {
    const { roles: known } = await realm.catalogue(catalogueAge.usual);
    return roles.map((name) => {
      const reference = known.get(name);
      if (reference === undefined)
        throw unavailable(new KeycloakFailure(`find role ${name}`, { status: 404 }));
      return reference;
    });
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
    ...usernameReservations(call, realm),

    async catalogue(options) {
      return (await realm.catalogue(options?.fresh ? catalogueAge.fresh : catalogueAge.usual)).catalogue;
    },

    async findAccount(id) {
      // 403: the fine-grained permissions keep this client from us, so it is no account.
      const answer = await call({
        operation: 'read account',
        method: 'GET',
        path: clientPath(id),
        expected: [403, 404],
      });
      return accountOf(answer.body);
    },

    async findAccountByClientId(clientId) {
      const query = { clientId };
      const answer = await call({
        operation: 'read account by clientId',
        method: 'GET',
        path: '/clients',
        query,
      });
      const clients = z.array(z.unknown()).parse(answer.body);
      return clients.map(accountOf).find((account) => account?.clientId === clientId);
    },

    async listAccounts(tenantId, first, max) {
      // tenantId holds nothing that means something in Keycloak's q language; a malformed q would list every client.
      const query = { q: `${clientAttributes.tenant}:${tenantId}`, first, max };
      const answer = await call({ operation: 'list accounts', method: 'GET', path: '/clients', query });
      const clients = z.array(withClientId).parse(answer.body);
      const accounts = clients.map(accountOf).filter((account) => account?.tenantId === tenantId);
      return {
        accounts: accounts.filter((account) => account !== undefined),
        clientIds: clients.map(({ clientId }) => clientId),
      };
    },

    async createClient(account) {
      await call({ operation: 'make client', method: 'POST', path: '/clients', body: newClient(account) });
    },

    async assignTenant(id, tenantId) {
      const tenants = await realm.clientUuid(names.tenantsClient);
      const assign = async () => {
        const body = [await realm.tenantRole(tenantId, () => ensureTenantRole(tenantId))];
        const scopePath = `${clientPath(id)}/scope-mappings/clients/${tenants}`;
        const expected = [404];
        // The role is in the token when it is in the client's scope and mapped to its user; the two are independent.
        return Promise.all([
          call({
            operation: 'map tenant',
            method: 'POST',
            path: await mappingPath(id, names.tenantsClient),
            body,
            expected,
          }),
          call({ operation: 'scope tenant', method: 'POST', path: scopePath, body, expected }),
        ]);
      };
      const gone = (answers: readonly { status: number }[]) =>
        answers.some((answer) => answer.status === 404);
      if (!gone(await assign())) return;
      // Somebody removed the tenant's role since it was looked up.
      realm.forgetTenantRole(tenantId);
      if (gone(await assign())) throw unavailable(new KeycloakFailure('assign tenant', { status: 404 }));
    },

    async editAccount(id, edit, stamp) {
      const attributes = { ...editedAttributes(edit), ...updatedAttributes(stamp) };
      await change('edit account', id, { attributes });
    },

    async replaceSecret(id, secret, stamp) {
      const attributes = { ...secretAttributes(secret, stamp.at), ...updatedAttributes(stamp) };
      await change('replace secret', id, { secret: secret.value, attributes });
    },

    async setActive(id, active, stamp) {
      const operation = active ? 'activate account' : 'deactivate account';
      await change(operation, id, { enabled: active, attributes: updatedAttributes(stamp) });
    },

    async deleteAccount(id) {
      const answer = await call({
        operation: 'delete account',
        method: 'DELETE',
        path: clientPath(id),
        expected: [404],
      });
      return answer.status !== 404;
    },

    async grantedRoles(id) {
      const path = await mappingPath(id, names.apiClient);
      const answer = await call({ operation: 'read roles', method: 'GET', path });
      return roleReferences.parse(answer.body).map((role) => role.name);
    },

    grantRoles: (id, roles) => changeRoles('grant roles', 'POST', id, roles),
    revokeRoles: (id, roles) => changeRoles('revoke roles', 'DELETE', id, roles),

    forCleanup: () => bind(api, shared, AbortSignal.timeout(cleanupMs)),
  };
}

/** What is looked up for all requests at once, with this request waiting no longer than it may. */
function boundRealm(shared: RealmObjects, signal: AbortSignal): RealmObjects {
  return {
    ...shared,
    clientUuid: (clientId) => until(signal, shared.clientUuid(clientId)),
    catalogue: (maxAgeMs) => until(signal, shared.catalogue(maxAgeMs)),
  };
}

/** The id is a UUID: routes let nothing else through, so that it can't lead elsewhere in the Admin API. */
const clientPath = (id: string): string => `/clients/${id}`;
