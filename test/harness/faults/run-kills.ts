import { pick, type Random } from '../random.ts';
import type { Bench } from './bench.ts';
import type { CallSite } from './fault.ts';
import { type KillResult, runKill } from './kills.ts';
import { inLanes } from './lanes.ts';
import type { Operation } from './operations.ts';
import { changing, type RecordedOperation } from './recorded.ts';

interface KillRun {
  readonly lanes: number;
  readonly random: Random;
  /** At every call of each operation, else at one of those that change something. */
  readonly isEverywhere: boolean;
  readonly signal: AbortSignal;
}

type Kill = readonly [operation: Operation, site: CallSite, arrives: boolean];

/** kill -9 of the service in each operation. */
export async function runKills(
  bench: Bench,
  recorded: readonly RecordedOperation[],
  run: KillRun,
): Promise<{ results: KillResult[]; wanted: number }> {
  const kills = recorded.flatMap(({ operation, sites }): Kill[] => {
    if (!run.isEverywhere) return [[operation, pick(run.random, changing(sites)), run.random() < 0.5]];
    return sites.flatMap((site): Kill[] => [
      [operation, site, true],
      [operation, site, false],
    ]);
  });
  const results = await inLanes(run, kills, ([operation, site, arrives], index) => {
    const cell = { username: `kill ${index}`, key: `kill-${index}` };
    return runKill(bench, operation, site, arrives, cell);
  });
  return { results, wanted: kills.length };
}
