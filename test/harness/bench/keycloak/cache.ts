import { measuredTenant } from '../contestant.ts';
import { compareVariants, type Figures } from './compare.ts';
import { memoryOf } from './java-process.ts';
import { median, quantile, timeRequests } from './load.ts';
import type { Workbench } from './workbench.ts';

const counts = [10_000, 50_000, 300_000];
/** With a hundred accounts each: more than the smallest cache holds, and about as much as the next. */
const tenantsRead = 500;
const mostTenants = 200;
/** A round of one variant takes minutes. */
const mostRounds = 2;

/** The variable that sets how many entries the realm cache holds. */
export const realmCacheVariable = 'KC_CACHE_EMBEDDED_REALMS_MAX_COUNT';

/** Compares sizes of the realm cache: lists of tenants that are in it or not, writes beside it, and its memory. */
export function compareCacheSizes(workbench: Workbench): Promise<string> {
  const variants = counts.map((count) => ({
    name: `${count.toLocaleString('en')} entries`,
    apply: () => workbench.restart({ [realmCacheVariable]: String(count) }),
  }));
  return compareVariants(variants, { measured: Math.min(mostRounds, workbench.size.rounds) }, () =>
    measure(workbench),
  );
}

async function measure(workbench: Workbench): Promise<Figures> {
  const { tenants, size, keycloak } = workbench;
  const time = async (request: (index: number) => Promise<unknown>, count = size.requests) =>
    median(await timeRequests(count, 1, request));
  // Every few tenants, so that they are spread over all that is there.
  const among = Math.min(tenantsRead, tenants.length);
  const apart = Math.max(1, among / mostTenants);
  const listEach = () =>
    timeRequests(Math.min(mostTenants, among), 1, (index) =>
      workbench.list(tenants[Math.floor(index * apart)] ?? ''),
    );
  const hot = await time(() => workbench.list(measuredTenant));
  const first = median(await listEach());
  await workbench.readEverything(tenantsRead);
  const afterwards = await listEach();
  const get = await time(workbench.get);
  const put = await time(workbench.put);
  const remove = await time(workbench.delete);
  const { heapMb, residentMb, cachedClients } = await memoryOf(keycloak);
  return {
    'hot list, ms': hot,
    'cold list, ms': first,
    'list after 50,000 accounts were read, ms': median(afterwards),
    'its p95, ms': quantile(afterwards, 0.95),
    'GET, ms': get,
    'PUT, ms': put,
    'DELETE, ms': remove,
    'clients in the cache': cachedClients,
    'heap, MB': heapMb,
    'resident, MB': residentMb,
  };
}
