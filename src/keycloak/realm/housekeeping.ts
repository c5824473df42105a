import { z } from 'zod';
import { names } from '../../names.ts';
import type { Account } from '../../service-accounts/account.ts';
import { clientIdPrefix } from '../../service-accounts/client-id.ts';
import { accountOf } from '../accounts/account-representation.ts';
import { lockRole } from '../accounts/locks.ts';
import type { RealmObjects } from '../accounts/realm-objects.ts';
import { reservation, reservationName } from '../accounts/usernames.ts';
import type { AdminApi } from '../calls/admin-api.ts';
import { boundCalls } from '../calls/bound-calls.ts';
import { settled } from '../calls/settled.ts';

const pageSize = 100;

/** A username that is taken, and for which account. */
export interface TakenUsername {
  readonly roleId: string;
  readonly accountId: string;
  /** Whether it is the name of this account of this tenant. */
  readonly isOf: (account: Account) => boolean;
  readonly reservedAt: string;
}

/** What a crash can leave behind in Keycloak, for the sweeper. Each method throws a ServiceError: 503, or 504. */
export interface Housekeeping {
  /** The accounts of all tenants, unfinished ones among them. */
  accounts(): AsyncIterable<Account>;
  usernames(): AsyncIterable<TakenUsername>;
  /** The roles that locked something, remembered a deletion or lay idle, and have expired before this time. */
  locksExpiredBefore(time: number): AsyncIterable<{ readonly roleId: string; readonly name: string }>;
  /** Removes one of these roles; one that is gone already does not matter. */
  removeRole(roleId: string): Promise<void>;
}

/** Reads everything in stretches, so that no tenant's size matters. */
export function housekeeping(api: AdminApi, realm: RealmObjects, callTimeoutMs: number): Housekeeping {
  const get = (operation: string, path: string, query: Record<string, string | number | boolean>) =>
    api({ operation, method: 'GET', path, query }, AbortSignal.timeout(callTimeoutMs));

  /** All there is; what is removed while it is read could push others out of sight, so nothing is until the end. */
  async function all(operation: string, path: string, query: Record<string, string | boolean>) {
    const found: unknown[] = [];
    for (;;) {
      const { body } = await get(operation, path, { ...query, first: found.length, max: pageSize });
      const page = z.array(z.unknown()).parse(body);
      found.push(...page);
      if (page.length < pageSize) return found;
    }
  }

  const rolesOf = async (operation: string, clientId: string) =>
    all(operation, `/clients/${await realm.clientUuid(clientId)}/roles`, { briefRepresentation: false });

  return {
    async *accounts() {
      for (let first = 0; ; first += pageSize) {
        const query = { clientId: clientIdPrefix, search: true, first, max: pageSize };
        const { body } = await get('sweep accounts', '/clients', query);
        const page = z.array(z.unknown()).parse(body);
        for (const client of page) {
          const account = accountOf(client);
          if (account !== undefined) yield account;
        }
        if (page.length < pageSize) return;
      }
    },

    async *usernames() {
      for (const role of await rolesOf('sweep usernames', names.usernamesClient)) {
        const parsed = reservation.safeParse(role);
        if (!parsed.success) continue;
        const { id, name, holder } = parsed.data;
        yield {
          roleId: id,
          ...holder,
          isOf: (account) => reservationName(account.tenantId, account.username) === name,
        };
      }
    },

    async *locksExpiredBefore(time) {
      for (const role of await rolesOf('sweep locks', names.locksClient)) {
        const parsed = lockRole.safeParse(role);
        if (!parsed.success || parsed.data.expiresAt >= time) continue;
        yield { roleId: parsed.data.id, name: parsed.data.name };
      }
    },

    async removeRole(roleId) {
      const { call, lookAfter } = boundCalls(api, AbortSignal.timeout(callTimeoutMs));
      const path = `/roles-by-id/${roleId}`;
      // Of several replicas that remove it at the same moment, one may be answered 500.
      await settled(
        () => call({ operation: 'sweep role', method: 'DELETE', path, expected: [404] }),
        async () => (await lookAfter({ operation: 'check: sweep role', path })).status === 404,
      );
    },
  };
}
