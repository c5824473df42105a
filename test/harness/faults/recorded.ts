import type { Bench } from './bench.ts';
import { recordCalls } from './cell.ts';
import type { CallSite } from './fault.ts';
import { type Operation, operations } from './operations.ts';

/** An operation with the calls that it makes when nothing goes wrong. */
export interface RecordedOperation {
  readonly operation: Operation;
  readonly sites: readonly CallSite[];
}

/** Every operation, run once. */
export async function recordOperations(bench: Bench): Promise<RecordedOperation[]> {
  const recorded: RecordedOperation[] = [];
  for (const [index, operation] of operations.entries()) {
    const cell = { username: `recorded ${index}`, key: `recorded-${index}` };
    recorded.push({ operation, sites: await recordCalls(bench, operation, cell) });
  }
  return recorded;
}

/** The calls that change something, or all of those that nothing does. */
export function changing(sites: readonly CallSite[]): readonly CallSite[] {
  const found = sites.filter(({ label }) => !label.startsWith('GET '));
  return found.length > 0 ? found : sites;
}
