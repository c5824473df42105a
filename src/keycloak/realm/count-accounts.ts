import { z } from 'zod';
import { names } from '../../names.ts';
import type { AccountTotals } from '../../observability/metrics.ts';
import { allPages } from '../../pages.ts';
import type { RealmObjects } from '../accounts/realm-objects.ts';
import type { AdminApi } from '../calls/admin-api.ts';

const pageSize = 1000;
const roles = z.array(z.object({ id: z.string(), name: z.string() }));

/**
 * Counts service accounts by the usernames that are reserved, each a role named by its tenant: Keycloak can't count
 * clients, and a page of them costs it ten selects for each where a page of roles costs one.
 * @throws {ServiceError} 503
 */
export async function countAccounts(
  api: AdminApi,
  realm: RealmObjects,
  timeoutMs: number,
): Promise<AccountTotals> {
  const path = `/clients/${await realm.clientUuid(names.usernamesClient)}/roles`;
  const byTenant = new Map<string, number>();
  const readPage = async (range: { first: number; max: number }) => {
    const query = { ...range, briefRepresentation: true };
    const call = { operation: 'count accounts', method: 'GET', path, query } as const;
    return roles.parse((await api(call, AbortSignal.timeout(timeoutMs))).body);
  };
  for await (const { name } of allPages(readPage, pageSize)) {
    const [tenantId = ''] = name.split('.', 1);
    byTenant.set(tenantId, (byTenant.get(tenantId) ?? 0) + 1);
  }
  const counts = [...byTenant.values()];
  return {
    accounts: counts.reduce((sum, count) => sum + count, 0),
    tenants: counts.length,
    mostInOneTenant: Math.max(0, ...counts),
  };
}
