import { z } from 'zod';
import { keycloakUnavailable } from '../../errors.ts';
import { names } from '../../names.ts';
import type { Gateway } from '../../service-accounts/gateway.ts';
import { allSettled } from '../calls/all-settled.ts';
import type { BoundCalls } from '../calls/bound-calls.ts';
import { confirmWrite } from '../calls/confirm-write.ts';
import { KeycloakFailure } from '../calls/failures.ts';
import { fencedRoles } from './fenced-roles.ts';
import type { HeldAccount, ReadFence } from './read-fence.ts';
import { catalogueAge, type RealmObjects, type RoleReference } from './realm-objects.ts';
import type { TenantRoles } from './tenant-roles.ts';

type AccountRoles = Pick<
  Gateway,
  'assignTenantAndRoles' | 'findAccountWithRoles' | 'grantedRoles' | 'grantRoles' | 'revokeRoles'
>;

const withId = z.object({ id: z.string() });
const roleReferences = z.array(z.object({ id: z.string(), name: z.string() }));

/** The roles of a service account: its tenant's, and its rights. */
export function accountRoles(
  calls: BoundCalls,
  realm: RealmObjects,
  { ensureTenantRole }: Pick<TenantRoles, 'ensureTenantRole'>,
  { findAccount }: Pick<Gateway, 'findAccount'>,
  readFence: Pick<ReadFence, 'held'>,
): AccountRoles {
  const { call, readBack } = calls;
  const fenced = fencedRoles(calls, realm);

  const userOf = (id: string) =>
    realm.userOf(id, async () => {
      const path = `/clients/${id}/service-account-user`;
      const answer = await call({ operation: 'find service-account user', method: 'GET', path });
      return withId.parse(answer.body).id;
    });

  /** Where the roles of one of our clients that are mapped to a user are read and written. */
  const mappingPath = async (user: string | Promise<string>, clientId: string) => {
    const [userId, client] = await Promise.all([user, realm.clientUuid(clientId)]);
    return `/users/${userId}/role-mappings/clients/${client}`;
  };

  /**
   * Adds roles at a place, or takes them away; doing so again changes nothing.
   * @returns whether the place and the roles are there
   */
  async function write(
    operation: string,
    method: 'POST' | 'DELETE',
    path: string,
    roles: readonly RoleReference[],
    expected: readonly number[] = [],
  ): Promise<boolean> {
    const send = () => call({ operation, method, path, body: roles, expected });
    const answer = await confirmWrite(send, async () => {
      const { body } = await readBack({ operation: `check: ${operation}`, path });
      const there = new Set(roleReferences.parse(body).map(({ id }) => id));
      return roles.every(({ id }) => there.has(id) === (method === 'POST'));
    });
    return answer?.status !== 404;
  }

  async function writeRights(
    operation: string,
    method: 'POST' | 'DELETE',
    user: Promise<string>,
    roles: readonly string[],
    held?: HeldAccount,
  ) {
    const { roles: known } = await realm.catalogue(catalogueAge.usual);
    const references = roles.map((name) => {
      const reference = known.get(name);
      if (reference !== undefined) return reference;
      throw keycloakUnavailable(new KeycloakFailure(`find role ${name}`, { status: 404 }));
    });
    const path = await mappingPath(user, names.apiClient);
    if (held === undefined) await write(operation, method, path, references);
    else await fenced.write(held, { operation, method, path, userId: await user }, references);
  }

  /** The role is in the token when it is in the client's scope and mapped to its user; the two are independent. */
  async function assignTenant(id: string, tenantId: string, user: Promise<string>): Promise<void> {
    const tenants = await realm.clientUuid(names.tenantsClient);
    const assign = async () => {
      const role = await ensureTenantRole(tenantId);
      const scopePath = `/clients/${id}/scope-mappings/clients/${tenants}`;
      const done = await allSettled([
        mappingPath(user, names.tenantsClient).then((path) =>
          write('map tenant', 'POST', path, [role], [404]),
        ),
        write('scope tenant', 'POST', scopePath, [role], [404]),
      ]);
      return done.every(Boolean);
    };
    if (await assign()) return;
    // Somebody removed the tenant's role since it was looked up.
    realm.forgetTenantRole(tenantId);
    if (!(await assign())) throw keycloakUnavailable(new KeycloakFailure('assign tenant', { status: 404 }));
  }

  async function rolesOfUser(user: string | Promise<string>): Promise<string[] | undefined> {
    const path = await mappingPath(user, names.apiClient);
    const answer = await call({ operation: 'read roles', method: 'GET', path, expected: [404] });
    if (answer.status === 404) return undefined;
    const mapped = roleReferences.parse(answer.body).map(({ name }) => name);
    return mapped.filter((name) => name !== names.fenceRole);
  }

  /** What was read of the roles, or what is read instead of it, so that it is what the database holds. */
  async function current(id: string, read: string[]): Promise<string[]> {
    const held = readFence.held(id);
    if (held === undefined) return read;
    return [...(await fenced.current(held, await userOf(id), read, () => readRoles(id)))];
  }

  async function readRoles(id: string): Promise<string[]> {
    const roles = await rolesOfUser(userOf(id));
    if (roles !== undefined) return roles;
    realm.forgetUser(id);
    throw keycloakUnavailable(new KeycloakFailure('read roles', { status: 404 }));
  }

  const grantedRoles = async (id: string) => current(id, await readRoles(id));

  return {
    async assignTenantAndRoles(id, tenantId, roles) {
      const user = userOf(id);
      // Others wait for something else first, and a failure that nobody waits for yet would end the process.
      user.catch(() => undefined);
      await allSettled([
        assignTenant(id, tenantId, user),
        roles.length > 0 ? writeRights('grant roles', 'POST', user, roles) : user,
      ]);
    },

    async findAccountWithRoles(tenantId, id) {
      // Of an account that was seen to be this tenant's, the roles can be read at the same time. Of any other id they
      // are not, so that one of another tenant and one of none cost the same calls.
      const user = realm.userIn(tenantId, id);
      const [account, early] = await allSettled([
        findAccount(id),
        user === undefined ? Promise.resolve(undefined) : rolesOfUser(user),
      ]);
      if (account?.tenantId !== tenantId || account.unfinishedSince !== null) return undefined;
      if (early !== undefined) return { account, roles: await current(id, early) };
      if (user !== undefined) realm.forgetUser(id);
      const roles = await grantedRoles(id);
      realm.rememberTenant(id, tenantId);
      return { account, roles };
    },

    grantedRoles,
    grantRoles: (id, roles) => writeRights('grant roles', 'POST', userOf(id), roles, readFence.held(id)),
    revokeRoles: (id, roles) => writeRights('revoke roles', 'DELETE', userOf(id), roles, readFence.held(id)),
  };
}
