import { pick, type Random } from '../random.ts';
import type { Bench } from './bench.ts';
import { recordCalls } from './cell.ts';
import type { CallSite } from './fault.ts';
import { type KillResult, runKill } from './kills.ts';
import { type Operation, operations } from './operations.ts';
import { type OutageResult, runOutage } from './outages.ts';

interface KillRun {
  readonly lanes: number;
  readonly random: Random;
  /** At every call of each operation, else at one of those that change something. */
  readonly isEverywhere: boolean;
  readonly signal: AbortSignal;
}

/** kill -9 of the service in each operation. */
export async function runKills(bench: Bench, run: KillRun): Promise<KillResult[]> {
  const cells: [operation: Operation, site: CallSite, arrives: boolean][] = [];
  for (const [index, operation] of operations.entries()) {
    const sites = await recordCalls(bench, operation, {
      username: `killed ${index}`,
      key: `killed-${index}`,
    });
    if (run.isEverywhere) {
      for (const site of sites) cells.push([operation, site, true], [operation, site, false]);
    } else {
      cells.push([operation, pick(run.random, changing(sites)), run.random() < 0.5]);
    }
  }
  const results: KillResult[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: run.lanes }, async () => {
      for (let index = next++; index < cells.length && !run.signal.aborted; index = next++) {
        const [operation, site, arrives] = cells[index] as (typeof cells)[number];
        const cell = { username: `kill ${index}`, key: `kill-${index}` };
        results.push(await runKill(bench, operation, site, arrives, cell));
      }
    }),
  );
  return results;
}

/** kill -9 of Keycloak, then an immediate restart of PostgreSQL, each in the middle of every operation that changes something. */
export async function runOutages(bench: Bench, random: Random): Promise<OutageResult[]> {
  const { keycloak, database } = bench.laboratory;
  const interrupted: { operation: Operation; site: CallSite }[] = [];
  for (const [index, operation] of operations.filter(({ changesNothing }) => !changesNothing).entries()) {
    const sites = await recordCalls(bench, operation, { username: `cut ${index}`, key: `cut-${index}` });
    interrupted.push({ operation, site: pick(random, changing(sites)) });
  }
  return [
    ...(await runOutage(bench, 'Keycloak killed', interrupted, keycloak.kill, keycloak.start)),
    ...(await runOutage(bench, 'PostgreSQL restarted', interrupted, database.restartAtOnce, keycloak.ready)),
  ];
}

function changing(sites: readonly CallSite[]): readonly CallSite[] {
  const found = sites.filter(({ label }) => !label.startsWith('GET '));
  return found.length > 0 ? found : sites;
}
