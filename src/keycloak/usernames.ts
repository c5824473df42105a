import { createHash } from 'node:crypto';
import { z } from 'zod';
import { usernameKey } from '../service-accounts/username.ts';
import type { AdminAnswer, AdminCall } from './admin-api.ts';
import { KeycloakFailure, unavailable } from './failures.ts';
import type { Gateway, UsernameHolder } from './gateway.ts';
import { names } from './names.ts';
import type { RealmObjects } from './realm-objects.ts';

const accountAttribute = 'orki.account';
const reservedAtAttribute = 'orki.reserved-at';

const reservation = z.object({
  id: z.string(),
  attributes: z.object({
    [accountAttribute]: z.tuple([z.string()]),
    [reservedAtAttribute]: z.tuple([z.string()]),
  }),
});

/**
 * Usernames as roles of `orki-usernames`. Keycloak's database lets one role of a name exist, so of any number of
 * replicas that want a username one gets it; the price is one call. The role is named by a digest because a username
 * can hold what a path can't, and grows by NFKC.
 */
export function usernameReservations(
  call: (call: AdminCall) => Promise<AdminAnswer>,
  realm: RealmObjects,
): Pick<Gateway, 'reserveUsername' | 'releaseUsername'> {
  const rolesPath = async () => `/clients/${await realm.clientUuid(names.usernamesClient)}/roles`;

  async function find(tenantId: string, username: string) {
    const path = `${await rolesPath()}/${roleName(tenantId, username)}`;
    const answer = await call({ operation: 'read username', method: 'GET', path, expected: [404] });
    if (answer.status === 404) return undefined;
    const { id, attributes } = reservation.parse(answer.body);
    const holder: UsernameHolder = {
      accountId: attributes[accountAttribute][0],
      reservedAt: attributes[reservedAtAttribute][0],
    };
    return { roleId: id, holder };
  }

  return {
    async reserveUsername(tenantId, username, holder) {
      const answer = await call({
        operation: 'reserve username',
        method: 'POST',
        path: await rolesPath(),
        body: {
          name: roleName(tenantId, username),
          description: `The username "${username}" of tenant ${tenantId} is taken.`,
          attributes: { [accountAttribute]: [holder.accountId], [reservedAtAttribute]: [holder.reservedAt] },
        },
        // 500: racers that pass Keycloak's own look together meet in its database, which lets one of them through.
        expected: [409, 500],
      });
      if (answer.status < 300) return 'reserved';
      const found = await find(tenantId, username);
      if (found === undefined && answer.status === 500) {
        throw unavailable(new KeycloakFailure('reserve username', { status: 500 }));
      }
      // Given back between the two calls: as good as held by somebody who is just leaving.
      return found?.holder ?? { accountId: '', reservedAt: new Date().toISOString() };
    },

    async releaseUsername(tenantId, username, accountId) {
      const found = await find(tenantId, username);
      if (found?.holder.accountId !== accountId) return;
      // By the role's id: by its name, a reservation that somebody made since would be removed.
      const path = `/roles-by-id/${found.roleId}`;
      await call({ operation: 'release username', method: 'DELETE', path, expected: [404] });
    },
  };
}

function roleName(tenantId: string, username: string): string {
  return `${tenantId}.${createHash('sha256').update(usernameKey(username)).digest('base64url')}`;
}
