import { z } from 'zod';
import { keycloakUnavailable } from '../../errors.ts';
import { names } from '../../names.ts';
import { allPages } from '../../pages.ts';
import { rolesOf } from '../../permissions/roles.ts';
import type { AdminAnswer } from '../calls/admin-api.ts';
import type { BoundCalls } from '../calls/bound-calls.ts';
import { confirmWrite } from '../calls/confirm-write.ts';
import { KeycloakFailure } from '../calls/failures.ts';
import { type HeldAccount, untilCurrent } from './read-fence.ts';
import { catalogueAge, type RealmObjects, type RoleReference } from './realm-objects.ts';

const usersPerPage = 1_000;
/** Users have the fence role only while somebody changes their rights. */
const usersOfFenceRole = 1_000;
const users = z.array(z.looseObject({ id: z.string() }));

/**
 * The rights of an account under its lock, where Keycloak has several nodes. A node goes by the user in its cache, which
 * may be old: it says which roles are mapped, and a role that it has, or lacks, is granted, or revoked, without a look
 * at the database. Which users have a role is always read from the database, and so is a whole user for the rest of a
 * call, once the call has changed one role that the cached user did not have as it was to become.
 */
export function fencedRoles({ call, readBack, signal }: BoundCalls, realm: RealmObjects) {
  const usersPath = async (role: string) =>
    `/clients/${await realm.clientUuid(names.apiClient)}/roles/${encodeURIComponent(role)}/users`;

  /** Whether the database has a role mapped to a user. */
  async function has(userId: string, role: string): Promise<boolean> {
    const path = await usersPath(role);
    const readPage = async (range: object) => {
      const query = { briefRepresentation: true, ...range };
      const answer = await call({
        operation: 'read users of role',
        method: 'GET',
        path,
        query,
        expected: [404],
      });
      return answer.status === 404 ? [] : users.parse(answer.body);
    };
    for await (const user of allPages(readPage, usersPerPage)) if (user.id === userId) return true;
    return false;
  }

  async function fenceRole(): Promise<RoleReference> {
    const { roles } = await realm.catalogue(catalogueAge.usual);
    const role = roles.get(names.fenceRole);
    if (role !== undefined) return role;
    const upstream = 'not there: run the provisioning';
    throw keycloakUnavailable(new KeycloakFailure(`find role ${names.fenceRole}`, { upstream }));
  }

  async function hasFenceRole(
    userId: string,
    send: (path: string) => Promise<AdminAnswer>,
  ): Promise<boolean> {
    const path = `${await usersPath(names.fenceRole)}?briefRepresentation=true&max=${usersOfFenceRole}`;
    return users.parse((await send(path)).body).some(({ id }) => id === userId);
  }

  /**
   * Grants or revokes roles, the fence role the first of them, until the database shows that it has changed. That one was
   * not as it was to become, so the call that changed it has changed the others as well, or found them so.
   */
  async function change(
    held: HeldAccount,
    { operation, method, path, userId }: RoleWrite,
    roles: readonly RoleReference[],
  ): Promise<void> {
    const isGrant = method === 'POST';
    held.hasFenceRole = undefined;
    const hasChanged = async (send: (path: string) => Promise<AdminAnswer>) =>
      (await hasFenceRole(userId, send)) === isGrant;
    let isSent = false;
    await untilCurrent(signal, operation, async () => {
      // A look before each repetition also keeps it from reaching the same of two nodes again, where calls are dealt in turn.
      if (isSent && (await hasChanged(readUsers))) return true;
      isSent = true;
      const answer = await confirmWrite(
        () => call({ operation, method, path, body: roles }),
        () => hasChanged((of) => readBack({ operation: `check: ${operation}`, path: of })),
      );
      if (answer === undefined || (await hasChanged(readUsers))) return true;
      return undefined;
    });
    held.hasFenceRole = isGrant;
  }

  const readUsers = (path: string) => call({ operation: 'read users of fence role', method: 'GET', path });

  return {
    /**
     * Grants or revokes roles of `orki-api`, whatever the node's cache says of the user.
     * @throws {ServiceError} 503 when only nodes could be reached that did not ask the database; 504
     */
    async write(held: HeldAccount, wanted: RoleWrite, roles: readonly RoleReference[]): Promise<void> {
      const { userId, path, method } = wanted;
      const fence = await fenceRole();
      const isGrant = method === 'POST';
      held.hasFenceRole ??= await hasFenceRole(userId, readUsers);
      if (held.hasFenceRole === isGrant) {
        const opposite = isGrant ? ({ method: 'DELETE' } as const) : ({ method: 'POST' } as const);
        const operation = isGrant ? 'revoke fence role' : 'grant fence role';
        await change(held, { userId, path, operation, ...opposite }, [fence]);
      }
      held.removeFenceRole = () =>
        change(held, { userId, path, operation: 'revoke fence role', method: 'DELETE' }, [fence]).catch(
          // It opens nothing, and the next change of the account's rights begins with a look for it.
          () => undefined,
        );
      await change(held, wanted, [fence, ...roles]);
    },

    /**
     * The roles that are mapped to the user of an account: what is read has to be what the account says that was read
     * past the caches, or else the database has to say so of each role in which the two differ.
     * @param first what was read already
     * @throws {ServiceError} 503 when only nodes could be reached that read what is no longer so
     */
    async current(
      { account }: HeldAccount,
      userId: string,
      first: readonly string[],
      read: () => Promise<readonly string[]>,
    ): Promise<readonly string[]> {
      const mirrored = new Set(account === undefined ? [] : rolesOf(account));
      const inDatabase = new Map<string, boolean>();
      let found: readonly string[] | undefined = first;
      return untilCurrent(signal, 'read roles', async () => {
        const roles = found ?? (await read());
        found = undefined;
        for (const role of mirrored.symmetricDifference(new Set(roles))) {
          const isMapped = inDatabase.get(role) ?? (await has(userId, role));
          inDatabase.set(role, isMapped);
          if (isMapped !== roles.includes(role)) return undefined;
        }
        return roles;
      });
    },
  };
}

interface RoleWrite {
  readonly operation: string;
  readonly method: 'POST' | 'DELETE';
  /** Where the roles of `orki-api` that are mapped to the user are written. */
  readonly path: string;
  readonly userId: string;
}
