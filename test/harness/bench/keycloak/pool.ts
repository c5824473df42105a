import { measuredTenant } from '../contestant.ts';
import { compareVariants } from './compare.ts';
import { quantile, timeRequests } from './load.ts';
import { measureTokenRate } from './token-rate.ts';
import type { Workbench } from './workbench.ts';

const concurrency = 32;
const always = (size: string) => ({
  KC_DB_POOL_INITIAL_SIZE: size,
  KC_DB_POOL_MIN_SIZE: size,
  KC_DB_POOL_MAX_SIZE: size,
});
const settings: { name: string; env: Record<string, string> }[] = [
  { name: 'up to 100 (as shipped)', env: {} },
  { name: 'up to 50', env: { KC_DB_POOL_MAX_SIZE: '50' } },
  { name: 'up to 20', env: { KC_DB_POOL_MAX_SIZE: '20' } },
  { name: 'always 50', env: always('50') },
  { name: 'always 20', env: always('20') },
];

/** Compares sizes of the pool of connections to the database, among 32 callers. */
export function comparePools(workbench: Workbench): Promise<string> {
  const { size, keycloak, ownClient, database } = workbench;
  const variants = settings.map(({ name, env }) => ({ name, apply: () => workbench.restart(env) }));
  return compareVariants(variants, { measured: size.rounds }, async () => {
    const load = { seconds: size.seconds, concurrency, pid: keycloak.javaPid() };
    const tokens = await measureTokenRate(ownClient, load);
    const lists = await timeRequests(size.requests * 4, concurrency, () => workbench.list(measuredTenant));
    const [sessions] = await database.query<{ count: number }>(
      `select count(*) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
    );
    return {
      'tokens a second': tokens.perSecond,
      'hot list p50, ms': quantile(lists, 0.5),
      'p95, ms': quantile(lists, 0.95),
      'connections open': sessions?.count ?? Number.NaN,
    };
  });
}
