import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { Bench } from 'tinybench';
import type { Contestant, Operation, Subject } from './contestant.ts';

export interface Plan {
  readonly operation: Operation;
  readonly concurrency: number;
  /** How often each contestant's turn comes. */
  readonly turns: number;
  /** Operations in a turn. */
  readonly perTurn: number;
}

/** What one contestant took for one operation. */
export interface Measured {
  readonly contestant: string;
  readonly operation: Operation;
  readonly concurrency: number;
  readonly count: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly perSecond: number;
  /** How far every other of its turns was from those between them: what no difference between contestants can tell from noise. */
  readonly noise: { readonly p50Ms: number; readonly p95Ms: number };
}

/** Hands out accounts; no two operations that are under way get the same one. */
export interface Subjects {
  next(contestant: Contestant, operation: Operation): Subject;
  made(contestant: Contestant, subject: Subject): void;
}

interface Tally {
  readonly all: RecordableHistogram;
  /** Of every other turn, and of those between them. */
  readonly halves: readonly [RecordableHistogram, RecordableHistogram];
  seconds: number;
}

const nsPerMs = 1_000_000;

/**
 * Measures one operation of all contestants in turns, so that whatever the machine does beside this meets all of them
 * alike. The first turn of each warms up and does not count.
 */
export async function measureInTurns(
  contestants: readonly Contestant[],
  plan: Plan,
  subjects: Subjects,
): Promise<Measured[]> {
  const tallies = new Map<Contestant, Tally>(
    contestants.map((contestant) => [
      contestant,
      { all: createHistogram(), halves: [createHistogram(), createHistogram()], seconds: 0 },
    ]),
  );
  for (let turn = 0; turn <= plan.turns; turn++) {
    for (const [contestant, tally] of tallies) {
      const { samplesMs, seconds } = await takeTurn(contestant, plan, subjects);
      if (turn === 0) continue;
      const half = tally.halves[turn % 2 === 0 ? 0 : 1];
      for (const ms of samplesMs) {
        const ns = Math.max(1, Math.round(ms * nsPerMs));
        tally.all.record(ns);
        half.record(ns);
      }
      tally.seconds += seconds;
    }
  }
  return [...tallies].map(([{ name }, { all, halves, seconds }]) => ({
    contestant: name,
    operation: plan.operation,
    concurrency: plan.concurrency,
    count: all.count,
    p50Ms: all.percentile(50) / nsPerMs,
    p95Ms: all.percentile(95) / nsPerMs,
    p99Ms: all.percentile(99) / nsPerMs,
    perSecond: all.count / seconds,
    noise: { p50Ms: apart(halves, 50), p95Ms: apart(halves, 95) },
  }));
}

const apart = ([one, other]: Tally['halves'], percentile: number): number =>
  Math.abs(one.percentile(percentile) - other.percentile(percentile)) / nsPerMs;

async function takeTurn(contestant: Contestant, plan: Plan, subjects: Subjects) {
  const { operation, concurrency, perTurn } = plan;
  const bench = new Bench({
    concurrency: 'task',
    threshold: concurrency,
    iterations: perTurn,
    time: 0,
    warmup: false,
    retainSamples: true,
    throws: true,
  });
  bench.add(operation, async () => {
    const made = await contestant.run(operation, subjects.next(contestant, operation));
    if (made !== undefined) subjects.made(contestant, made);
  });
  const startedAt = performance.now();
  const [task] = await bench.run();
  const seconds = (performance.now() - startedAt) / 1000;
  const result = task?.result;
  if (result === undefined || !('latency' in result) || result.latency.samples === undefined) {
    throw new Error(`${contestant.name}: ${operation} was not measured`);
  }
  return { samplesMs: result.latency.samples, seconds };
}
