import { pick, type Random } from '../random.ts';
import type { Bench } from './bench.ts';
import { type CellResult, runCell } from './cell.ts';
import { type CallSite, type Fault, faults } from './fault.ts';
import { inLanes } from './lanes.ts';
import type { Operation } from './operations.ts';
import { changing, type RecordedOperation } from './recorded.ts';

/** A cell in which Keycloak was too slow of itself is run again. */
const attemptsOfACell = 4;

interface Cell {
  readonly operation: Operation;
  readonly site: CallSite;
  readonly fault: Fault;
}

interface MatrixRun {
  readonly lanes: number;
  readonly random: Random;
  /** Every call, or for each operation and fault one of the calls that change something. */
  readonly isFull: boolean;
  /** Which of how many parts of the cells, from 1. */
  readonly slice: readonly [part: number, of: number];
  readonly signal: AbortSignal;
  readonly onCell: (result: CellResult, done: number, all: number) => void;
}

/** Breaks the calls of every operation by every fault. Stops early when the signal says so. */
export async function runMatrix(
  bench: Bench,
  recorded: readonly RecordedOperation[],
  run: MatrixRun,
): Promise<{ results: CellResult[]; wanted: number }> {
  const all = recorded.flatMap(({ operation, sites }) => cellsOf(operation, sites, run));
  const [part, of] = run.slice;
  const cells = all.filter((_, index) => index % of === part - 1);
  let done = 0;
  const results = await inLanes(run, cells, async ({ operation, site, fault }, index) => {
    let result = await runCell(bench, operation, site, fault, namesOf(`cell ${index}`));
    for (let again = 1; result.wasSlow && again < attemptsOfACell; again++) {
      result = await runCell(bench, operation, site, fault, namesOf(`cell ${index} again ${again}`));
    }
    done += 1;
    run.onCell(result, done, cells.length);
    return result;
  });
  return { results, wanted: cells.length };
}

function cellsOf(operation: Operation, sites: readonly CallSite[], { isFull, random }: MatrixRun): Cell[] {
  return faults.flatMap((fault) => {
    const chosen = isFull ? sites : [pick(random, changing(sites))];
    return chosen.map((site) => ({ operation, site, fault }));
  });
}

const namesOf = (text: string) => ({ username: text, key: text.replaceAll(' ', '-') });
