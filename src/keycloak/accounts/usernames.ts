import { createHash } from 'node:crypto';
import { z } from 'zod';
import { isOutcomeUnknown } from '../../errors.ts';
import { names } from '../../names.ts';
import type { Gateway, UsernameHolder } from '../../service-accounts/gateway.ts';
import { usernameKey } from '../../service-accounts/username.ts';
import type { BoundCalls } from '../calls/bound-calls.ts';
import { KeycloakFailure, unavailable } from '../calls/failures.ts';
import { settled } from '../calls/settled.ts';
import type { RealmObjects } from './realm-objects.ts';

const accountAttribute = 'orki.account';
const reservedAtAttribute = 'orki.reserved-at';
/** Half of the time after which others count a reservation as abandoned. */
const goodForMs = 20_000;

/** A role of `orki-usernames`. */
export const reservation = z
  .object({
    id: z.string(),
    name: z.string(),
    attributes: z.object({
      [accountAttribute]: z.tuple([z.string()]),
      [reservedAtAttribute]: z.tuple([z.string()]),
    }),
  })
  .transform(({ id, name, attributes }) => {
    const [[accountId], [reservedAt]] = [attributes[accountAttribute], attributes[reservedAtAttribute]];
    const holder: UsernameHolder = { accountId, reservedAt };
    return { id, name, holder };
  });

/**
 * Usernames as roles of `orki-usernames`. Keycloak's database lets one role of a name exist, so of any number of
 * replicas that want a username one gets it; the price is one call. The role is named by a digest because a username
 * can hold what a path can't, and grows by NFKC.
 */
export function usernameReservations(
  { call, lookAfter, limit }: BoundCalls,
  realm: RealmObjects,
): Pick<Gateway, 'reserveUsername' | 'releaseUsername'> {
  const rolesPath = async () => `/clients/${await realm.clientUuid(names.usernamesClient)}/roles`;

  async function find(tenantId: string, username: string) {
    const path = `${await rolesPath()}/${reservationName(tenantId, username)}`;
    const answer = await call({ operation: 'read username', method: 'GET', path, expected: [404] });
    if (answer.status === 404) return undefined;
    const { id, holder } = reservation.parse(answer.body);
    return { roleId: id, holder };
  }

  return {
    async reserveUsername(tenantId, username, holder) {
      const goodUntil = performance.now() + goodForMs;
      const reserving = {
        operation: 'reserve username',
        method: 'POST',
        path: await rolesPath(),
        body: {
          name: reservationName(tenantId, username),
          description: `The username "${username}" of tenant ${tenantId} is taken.`,
          attributes: { [accountAttribute]: [holder.accountId], [reservedAtAttribute]: [holder.reservedAt] },
        },
        // 500: racers that pass Keycloak's own look together meet in its database, which lets one of them through.
        expected: [409, 500],
      } as const;
      const answer = await call(reserving).catch((error: unknown) => {
        if (isOutcomeUnknown(error)) return { status: undefined, error };
        throw error;
      });
      const reserved = () => {
        limit.until = Math.min(limit.until, goodUntil);
        return 'reserved' as const;
      };
      if (answer.status !== undefined && answer.status < 300) return reserved();
      const found = await find(tenantId, username);
      // This very reservation, whatever became of its answer.
      if (found?.holder.accountId === holder.accountId && found.holder.reservedAt === holder.reservedAt) {
        return reserved();
      }
      // Nothing depends on it yet; if it is still on its way it will count as abandoned.
      if (found === undefined && answer.status === undefined) throw unavailable(answer.error);
      if (found === undefined && answer.status === 500) {
        throw unavailable(new KeycloakFailure('reserve username', { status: 500 }));
      }
      // Given back between the two calls.
      return found?.holder ?? 'contended';
    },

    async releaseUsername(tenantId, username, accountId, reservedAt) {
      const found = await find(tenantId, username);
      if (found?.holder.accountId !== accountId) return;
      if (reservedAt !== undefined && found.holder.reservedAt !== reservedAt) return;
      // By the role's id: by its name, a reservation that somebody made since would be removed.
      const path = `/roles-by-id/${found.roleId}`;
      await settled(
        () => call({ operation: 'release username', method: 'DELETE', path, expected: [404] }),
        async () => (await lookAfter({ operation: 'check: release username', path })).status === 404,
      );
    },
  };
}

/** The name of the role by which a username of a tenant is taken. */
export function reservationName(tenantId: string, username: string): string {
  return `${tenantId}.${createHash('sha256').update(usernameKey(username)).digest('base64url')}`;
}
