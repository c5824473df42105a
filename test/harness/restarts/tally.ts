/** What happens to the nodes or replicas while the load goes on, and what the load saw of it. */
export interface Phase {
  readonly title: string;
  /** Whether whatever ended was asked to, so that no integration has to notice. */
  readonly isGraceful: boolean;
  readonly tokens: Counts;
  readonly calls: Counts;
  seconds: number;
}

interface Counts {
  /** By status; `no answer` where the connection broke, or took too long. */
  readonly byAnswer: Map<string, number>;
  slowestMs: number;
}

export const noAnswer = 'no answer';

const counts = (): Counts => ({ byAnswer: new Map(), slowestMs: 0 });

export function createPhase(title: string, isGraceful: boolean): Phase {
  return { title, isGraceful, tokens: counts(), calls: counts(), seconds: 0 };
}

export function count(counts: Counts, answer: number | typeof noAnswer, tookMs: number): void {
  const key = String(answer);
  counts.byAnswer.set(key, (counts.byAnswer.get(key) ?? 0) + 1);
  counts.slowestMs = Math.max(counts.slowestMs, tookMs);
}

const total = ({ byAnswer }: Counts): number => [...byAnswer.values()].reduce((sum, times) => sum + times, 0);

export const failed = ({ byAnswer }: Counts): number =>
  [...byAnswer].reduce((sum, [answer, times]) => sum + (answer.startsWith('2') ? 0 : times), 0);

export function printPhases(phases: readonly Phase[]): void {
  console.log('\nphase | seconds | token requests | failed | slowest | API calls | not done | slowest');
  for (const { title, seconds, tokens, calls } of phases) {
    const cells = [tokens, calls].flatMap((counted) => [
      total(counted),
      describe(counted),
      `${(counted.slowestMs / 1000).toFixed(1)} s`,
    ]);
    console.log([title, seconds.toFixed(0), ...cells].join(' | '));
  }
}

function describe(counted: Counts): string {
  const refusals = [...counted.byAnswer].filter(([answer]) => !answer.startsWith('2'));
  return refusals.length === 0 ? '0' : refusals.map(([answer, times]) => `${times} × ${answer}`).join(', ');
}
