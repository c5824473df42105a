import { z } from 'zod';
import { names } from '../../names.ts';
import type { AccountTotals } from '../../observability/metrics.ts';
import type { RealmObjects } from '../accounts/realm-objects.ts';
import type { AdminApi } from '../calls/admin-api.ts';

const pageSize = 1000;
const roles = z.array(z.object({ name: z.string() }));

/**
 * Counts service accounts by the usernames that are taken, each a role named by its tenant: Keycloak can't count
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
  for (let first = 0; ; first += pageSize) {
    const query = { first, max: pageSize, briefRepresentation: true };
    const call = { operation: 'count accounts', method: 'GET', path, query } as const;
    const page = roles.parse((await api(call, AbortSignal.timeout(timeoutMs))).body);
    for (const { name } of page) {
      const [tenantId = ''] = name.split('.', 1);
      byTenant.set(tenantId, (byTenant.get(tenantId) ?? 0) + 1);
    }
    if (page.length < pageSize) break;
  }
  const counts = [...byTenant.values()];
  return {
    accounts: counts.reduce((sum, count) => sum + count, 0),
    tenants: counts.length,
    mostInOneTenant: Math.max(0, ...counts),
  };
}
