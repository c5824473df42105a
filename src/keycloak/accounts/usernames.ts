import { createHash } from 'node:crypto';
import { z } from 'zod';
import { isOutcomeUnknown, keycloakUnavailable } from '../../errors.ts';
import { usernameRoleAttributes as attribute, names, usernameRoleName } from '../../names.ts';
import type { Gateway, UsernameReservation } from '../../service-accounts/gateway.ts';
import { usernameKey } from '../../service-accounts/username.ts';
import { usernameSendingMs } from '../../time-limits.ts';
import type { BoundCalls } from '../calls/bound-calls.ts';
import { confirmWrite } from '../calls/confirm-write.ts';
import { KeycloakFailure } from '../calls/failures.ts';
import type { RealmObjects } from './realm-objects.ts';

/** A role of `orki-usernames`. */
export const usernameRole = z
  .object({
    id: z.string(),
    name: z.string(),
    attributes: z.object({
      [attribute.account]: z.tuple([z.string()]),
      [attribute.reservedAt]: z.tuple([z.string()]),
    }),
  })
  .transform(({ id, name, attributes }) => {
    const [[accountId], [reservedAt]] = [attributes[attribute.account], attributes[attribute.reservedAt]];
    const reservation: UsernameReservation = { accountId, reservedAt };
    return { id, name, reservation };
  });

/**
 * Usernames as roles of `orki-usernames`. Keycloak's database lets one role of a name exist, so of any number of
 * replicas that want a username one gets it; the price is one call. The role is named by a digest because a username
 * can hold what a path can't, and grows by NFKC. Its states: docs/how-it-works.md#states.
 */
export function usernameReservations(
  { call, readBack, fence }: BoundCalls,
  realm: Pick<RealmObjects, 'clientUuid'>,
): Pick<Gateway, 'tryReserveUsername' | 'releaseUsername'> {
  const rolesPath = async () => `/clients/${await realm.clientUuid(names.usernamesClient)}/roles`;

  async function find(tenantId: string, username: string) {
    const path = `${await rolesPath()}/${roleOfUsername(tenantId, username)}`;
    const answer = await call({ operation: 'read username', method: 'GET', path, expected: [404] });
    if (answer.status === 404) return undefined;
    const { id, reservation } = usernameRole.parse(answer.body);
    return { roleId: id, reservation };
  }

  return {
    async tryReserveUsername(tenantId, username, reservation) {
      const startedAt = performance.now();
      const reserving = {
        operation: 'reserve username',
        method: 'POST',
        path: await rolesPath(),
        body: {
          name: roleOfUsername(tenantId, username),
          description: `The username "${username}" of tenant ${tenantId} is taken.`,
          attributes: {
            [attribute.account]: [reservation.accountId],
            [attribute.reservedAt]: [reservation.reservedAt],
          },
        },
        // 500: racers that pass Keycloak's own look together meet in its database, which lets one of them through.
        expected: [409, 500],
      } as const;
      const answer = await call(reserving).catch((error: unknown) => {
        if (isOutcomeUnknown(error)) return { status: undefined, error };
        throw error;
      });
      const reserved = () => {
        fence.tighten(usernameSendingMs - (performance.now() - startedAt));
        return 'reserved' as const;
      };
      if (answer.status !== undefined && answer.status < 300) return reserved();
      const found = await find(tenantId, username);
      // It is this very reservation: it was made, and the answer got lost.
      if (found !== undefined && isSame(found.reservation, reservation)) return reserved();
      // Nothing depends on it yet; if it is still on its way it will count as abandoned.
      if (found === undefined && answer.status === undefined) throw keycloakUnavailable(answer.error);
      if (found === undefined && answer.status === 500) {
        throw keycloakUnavailable(new KeycloakFailure('reserve username', { status: 500 }));
      }
      // Released between the two calls.
      return found?.reservation ?? 'contended';
    },

    async releaseUsername(tenantId, username, accountId, reservedAt) {
      const found = await find(tenantId, username);
      if (found?.reservation.accountId !== accountId) return;
      if (reservedAt !== undefined && found.reservation.reservedAt !== reservedAt) return;
      // By the role's id: by its name, a reservation that somebody made since would be removed.
      const path = `/roles-by-id/${found.roleId}`;
      await confirmWrite(
        () => call({ operation: 'release username', method: 'DELETE', path, expected: [404] }),
        async () => (await readBack({ operation: 'check: release username', path })).status === 404,
      );
    },
  };
}

const isSame = (one: UsernameReservation, other: UsernameReservation): boolean =>
  one.accountId === other.accountId && one.reservedAt === other.reservedAt;

/** The name of the role by which a username of a tenant is reserved. */
export function roleOfUsername(tenantId: string, username: string): string {
  return usernameRoleName(tenantId, createHash('sha256').update(usernameKey(username)).digest('base64url'));
}
