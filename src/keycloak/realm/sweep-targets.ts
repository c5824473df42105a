import { z } from 'zod';
import { names } from '../../names.ts';
import { allPages } from '../../pages.ts';
import { clientIdPrefix } from '../../service-accounts/client-id.ts';
import type { SweepTargets } from '../../upkeep/sweep-targets.ts';
import { accountOf } from '../accounts/account-representation.ts';
import { lockRole } from '../accounts/lock-roles.ts';
import type { RealmObjects } from '../accounts/realm-objects.ts';
import { roleOfUsername, usernameRole } from '../accounts/usernames.ts';
import type { AdminApi } from '../calls/admin-api.ts';
import { boundCalls } from '../calls/bound-calls.ts';
import { confirmWrite } from '../calls/confirm-write.ts';

const entries = z.array(z.looseObject({ id: z.string() }));

/** Reads everything page by page, so that no tenant's size matters. */
export function sweepTargets(
  api: AdminApi,
  realm: Pick<RealmObjects, 'clientUuid'>,
  callTimeoutMs: number,
): SweepTargets {
  const all = (operation: string, path: string, query: Record<string, string | boolean>) =>
    allPages(async (range) => {
      const call = { operation, method: 'GET', path, query: { ...query, ...range } } as const;
      return entries.parse((await api(call, AbortSignal.timeout(callTimeoutMs))).body);
    });

  const rolesOf = async (operation: string, clientId: string) =>
    all(operation, `/clients/${await realm.clientUuid(clientId)}/roles`, { briefRepresentation: false });

  return {
    async *accounts() {
      const query = { clientId: clientIdPrefix, search: true };
      for await (const client of all('sweep accounts', '/clients', query)) {
        const account = accountOf(client);
        if (account !== undefined) yield account;
      }
    },

    async *usernames() {
      for await (const role of await rolesOf('sweep usernames', names.usernamesClient)) {
        const parsed = usernameRole.safeParse(role);
        if (!parsed.success) continue;
        const { id, name, reservation } = parsed.data;
        yield {
          roleId: id,
          ...reservation,
          isOf: (account) => roleOfUsername(account.tenantId, account.username) === name,
        };
      }
    },

    async *locksExpiredBefore(time) {
      for await (const role of await rolesOf('sweep locks', names.locksClient)) {
        const parsed = lockRole.safeParse(role);
        if (!parsed.success || parsed.data.expiresAt >= time) continue;
        yield { roleId: parsed.data.id, name: parsed.data.name };
      }
    },

    async removeRole(roleId) {
      const { call, readBack } = boundCalls(api, AbortSignal.timeout(callTimeoutMs));
      const path = `/roles-by-id/${roleId}`;
      // Of several replicas that remove it at the same moment, one may be answered 500.
      await confirmWrite(
        () => call({ operation: 'sweep role', method: 'DELETE', path, expected: [404] }),
        async () => (await readBack({ operation: 'check: sweep role', path })).status === 404,
      );
    },
  };
}
