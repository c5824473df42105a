import { z } from 'zod';
import { clientAttributes, names } from '../../names.ts';
import { allPages, createRounds } from '../../pages.ts';
import type { Account } from '../../service-accounts/account.ts';
import { clientIdPrefix, createdAtOf, isServiceAccountClientId } from '../../service-accounts/client-id.ts';
import { daysOfDueWarnings } from '../../service-accounts/secret-expiry.ts';
import type { SweepTargets } from '../../upkeep/sweep-targets.ts';
import { accountOf } from '../accounts/account-representation.ts';
import { lockRole } from '../accounts/lock-roles.ts';
import type { RealmObjects } from '../accounts/realm-objects.ts';
import { roleOfUsername, usernameRole } from '../accounts/usernames.ts';
import type { AdminApi } from '../calls/admin-api.ts';
import { boundCalls } from '../calls/bound-calls.ts';
import { confirmWrite } from '../calls/confirm-write.ts';

const entries = z.array(z.looseObject({ id: z.string() }));
type Entry = z.infer<typeof entries>[number];

/** Reads everything page by page, so that no tenant's size matters. */
export function sweepTargets(
  api: AdminApi,
  realm: Pick<RealmObjects, 'clientUuid'>,
  callTimeoutMs: number,
): SweepTargets {
  const pagesOf =
    (operation: string, path: string | (() => Promise<string>), query: Record<string, string | boolean>) =>
    async (range: { first: number; max: number }): Promise<Entry[]> => {
      const call = {
        operation,
        method: 'GET',
        path: typeof path === 'string' ? path : await path(),
        query: { ...query, ...range },
      } as const;
      return entries.parse((await api(call, AbortSignal.timeout(callTimeoutMs))).body);
    };
  const rolesOf = (operation: string, clientId: string) =>
    pagesOf(operation, async () => `/clients/${await realm.clientUuid(clientId)}/roles`, {
      briefRepresentation: false,
    });

  // By clientId, which falls as time goes on: the newest comes first.
  const accountPages = pagesOf('sweep accounts', '/clients', { clientId: clientIdPrefix, search: true });
  const someClients = createRounds(accountPages);
  const someUsernameRoles = createRounds(rolesOf('sweep usernames', names.usernamesClient));

  return {
    accounts: () => accountsOf(allPages(accountPages)),

    async *accountsMadeAfter(time) {
      for await (const account of accountsOf(allPages(accountPages))) {
        // Where it stands in the list says nothing about one whose clientId somebody else has chosen.
        const isOlder = Date.parse(createdAtOf(account.clientId)) <= time;
        if (isOlder && isServiceAccountClientId(account.clientId)) return;
        yield account;
      }
    },

    async *accountsToWarnOf(now) {
      for (const day of daysOfDueWarnings(now)) {
        const query = { q: `${clientAttributes.warningDue}:${day}` };
        yield* accountsOf(allPages(pagesOf('sweep due warnings', '/clients', query)));
      }
    },

    someAccounts: (max) => accountsOf(someClients(max)),

    async *someUsernames(max) {
      for await (const role of someUsernameRoles(max)) {
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
      for await (const role of allPages(rolesOf('sweep locks', names.locksClient))) {
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

async function* accountsOf(clients: AsyncIterable<unknown>): AsyncGenerator<Account> {
  for await (const client of clients) {
    const account = accountOf(client);
    if (account !== undefined) yield account;
  }
}
