import { measuredTenant } from '../contestant.ts';
import { realmCacheVariable } from './cache.ts';
import { profileDeletes } from './delete-profile.ts';
import { timeRequests } from './load.ts';
import { digits, markdownTable } from './tables.ts';
import { requestTokens } from './token-rate.ts';
import type { Workbench } from './workbench.ts';

const repetitions = 20;
const mostRows = 12;
const largeCache = '300000';

/** What one request has the database do. */
interface Counted {
  readonly what: string;
  /** Statements of a request. */
  readonly statements: number;
  readonly databaseMs: number;
  /** Statements of a request, by what they do with which table. */
  readonly byTable: ReadonlyMap<string, number>;
}

/**
 * Counts what each request has the database do, with the realm cache as it is shipped and a large one, and says where the time of
 * DELETE goes.
 */
export async function countStatements(workbench: Workbench): Promise<string> {
  const { database, tenants, realmAdmin, service, ownClient, others } = workbench;
  await database.execute('create extension if not exists pg_stat_statements;');
  await setCounting('top');
  try {
    await workbench.restart();
    const unseen = [...tenants];
    const next = () => unseen.pop() ?? '';
    const counted: Counted[] = [];
    for (const [who, calls] of [
      ['service', service],
      ['realm-admin', realmAdmin],
    ] as const) {
      await workbench.list(measuredTenant, calls);
      counted.push(await count(`hot list, ${who}`, () => workbench.list(measuredTenant, calls)));
      counted.push(await count(`cold list, ${who}`, () => workbench.list(next(), calls)));
    }
    const lists = counted.length;
    const one = { count: 1, concurrency: 1 };
    counted.push(await count('token, hot', () => requestTokens(ownClient, one)));
    counted.push(await count('token, cold', (index) => requestTokens(others[index] ?? ownClient, one)));
    counted.push(await count('cold GET', workbench.get));
    counted.push(await count('PUT', workbench.put));
    const profiles: string[] = [];
    const addDelete = async (cache: string) => {
      await workbench.readEverything();
      counted.push(await count(`DELETE, cache of ${cache}`, workbench.delete));
      profiles.push(`DELETE with a realm cache of ${cache}, full:\n\n${await profileDeletes(workbench)}`);
    };
    await addDelete('10,000');
    await workbench.restart({ [realmCacheVariable]: largeCache });
    await addDelete('300,000');
    return [
      await sizeOf(workbench),
      overview(counted),
      details(counted.slice(0, lists)),
      details(counted.slice(lists)),
      ...profiles,
    ].join('\n\n');
  } finally {
    await setCounting('none');
  }

  /** For the sessions that begin from now on, as those of a Keycloak that is started again. */
  async function setCounting(which: 'top' | 'none'): Promise<void> {
    await database.execute(`alter database postgres set pg_stat_statements.track = '${which}';`);
  }

  async function count(what: string, request: (index: number) => Promise<unknown>): Promise<Counted> {
    await database.execute('select pg_stat_statements_reset();');
    await timeRequests(repetitions, 1, request);
    const rows = await database.query<{ query: string; calls: number; ms: number }>(
      `select query, calls, total_exec_time as ms from pg_stat_statements where query not like '%pg_stat_statements%'`,
    );
    const byTable = new Map<string, number>();
    for (const { query, calls } of rows) {
      const kind = kindOf(query);
      byTable.set(kind, (byTable.get(kind) ?? 0) + calls / repetitions);
    }
    const sum = (value: (row: { calls: number; ms: number }) => number) =>
      rows.reduce((total, row) => total + value(row), 0) / repetitions;
    return { what, byTable, statements: sum(({ calls }) => calls), databaseMs: sum(({ ms }) => ms) };
  }
}

/** What the accounts take on the disk of PostgreSQL, indexes included. */
async function sizeOf({ database, size }: Workbench): Promise<string> {
  const [row] = await database.query<{ bytes: number }>(
    'select pg_database_size(current_database()) as bytes',
  );
  const megabytes = (row?.bytes ?? Number.NaN) / 1_000_000;
  return `The database takes ${megabytes.toFixed(0)} MB, which is ${((megabytes * 1_000) / size.accounts).toFixed(1)} kB for each account.`;
}

/** What a statement does, with which tables: `select client_attributes`. */
function kindOf(query: string): string {
  const verb = /^\s*(\w+)/.exec(query)?.[1]?.toLowerCase() ?? '';
  const tables = [...query.matchAll(/\b(?:from|join|update|into)\s+"?(\w+)/gi)].map(([, table]) =>
    table?.toLowerCase(),
  );
  return `${verb} ${[...new Set(tables)].join(', ')}`;
}

function overview(counted: readonly Counted[]): string {
  const rows = counted.map(({ what, statements, databaseMs }) => [
    what,
    statements.toFixed(1),
    digits(databaseMs),
  ]);
  return markdownTable(['request', 'statements', 'ms in PostgreSQL'], rows);
}

/** The statements of which these requests make the most, and how many there are in each request. */
function details(counted: readonly Counted[]): string {
  const kinds = new Set(counted.flatMap(({ byTable }) => [...byTable.keys()]));
  const total = (kind: string) => counted.reduce((sum, { byTable }) => sum + (byTable.get(kind) ?? 0), 0);
  const rows = [...kinds]
    .sort((one, other) => total(other) - total(one))
    .slice(0, mostRows)
    .map((kind) => [
      `\`${kind}\``,
      ...counted.map(({ byTable }) => byTable.get(kind)?.toFixed(1).replace(/\.0$/, '') ?? ''),
    ]);
  return markdownTable(['statements of a request', ...counted.map(({ what }) => what)], rows);
}
