import type { KeycloakCallObserver } from '../../src/observability/keycloak-call-observer.ts';

/** One call to Keycloak, with the places of its beginning and its end among those of all calls. */
export interface RecordedCall {
  /** Method and operation, as documents spell them: `PUT lock account`. */
  readonly label: string;
  readonly startedAt: number;
  readonly endedAt: number;
}

/**
 * A step of an operation, which begins when all calls of the step before have ended. It has branches that begin at the
 * same time; a branch has stages, of which each begins when the one before has ended, and a stage has calls that begin at
 * the same time.
 */
export type Step = readonly Branch[];
type Branch = readonly Stage[];
type Stage = readonly string[];

/** Records the calls that are made while something runs. */
export function callRecorder() {
  let place = 0;
  let calls: RecordedCall[] = [];
  const observe: KeycloakCallObserver = ({ method, operation }) => {
    const call = { label: `${method} ${operation}`, startedAt: ++place, endedAt: Number.POSITIVE_INFINITY };
    calls.push(call);
    return {
      headers: {},
      end: () => {
        call.endedAt = ++place;
      },
    };
  };
  return {
    observe,
    async record(run: () => Promise<unknown>): Promise<RecordedCall[]> {
      calls = [];
      await run();
      return calls;
    },
  };
}

/**
 * Reads a sequence as docs/how-it-works.md writes it: a line for each step, ` | ` between branches, ` → ` between stages
 * and ` & ` between the calls of a stage.
 */
export function parseSequence(text: string): Step[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) =>
    line.split(' | ').map((branch) => branch.split(' → ').map((stage) => stage.split(' & '))),
  );
}

/** All calls of a sequence. */
export const callsIn = (sequence: readonly Step[]): string[] => sequence.flat(3);

/** How many calls follow one another at least, however quick the others are. */
export const callsInARow = (sequence: readonly Step[]): number =>
  sequence.reduce((sum, step) => sum + Math.max(...step.map((branch) => branch.length)), 0);

/** In what the calls that were made differ from a sequence, in words; nothing when they are the same in the same order. */
export function deviations(sequence: readonly Step[], recorded: readonly RecordedCall[]): string[] {
  const labels = recorded.map(({ label }) => label);
  const documented = callsIn(sequence);
  const missing = without(documented, labels).map((label) => `${label} is documented and was not made`);
  const surplus = without(labels, documented).map((label) => `${label} was made and is not documented`);
  if (missing.length + surplus.length > 0) return [...missing, ...surplus];

  const found: string[] = [];
  let next = 0;
  let before: readonly RecordedCall[] = [];
  for (const step of sequence) {
    const calls = recorded.slice(next, next + step.flat(2).length);
    const misplaced = without(
      step.flat(2),
      calls.map(({ label }) => label),
    );
    if (misplaced.length > 0) return misplaced.map((label) => `${label} was not made in its step`);
    found.push(...outOfOrder(before, calls), ...outOfOrderWithin(step, calls));
    next += calls.length;
    before = calls;
  }
  return found;
}

function outOfOrderWithin(step: Step, calls: readonly RecordedCall[]): string[] {
  const named = (stage: Stage) => calls.filter(({ label }) => stage.includes(label));
  const firstStages = step.flatMap(([first]) => named(first ?? []));
  const inBranches = step.flatMap((branch) =>
    branch.flatMap((stage, index) => [
      ...apart(named(stage), named(stage)),
      ...outOfOrder(named(branch[index - 1] ?? []), named(stage)),
    ]),
  );
  return [...apart(firstStages, calls), ...inBranches];
}

/** Calls that began before others had ended that come before them. */
function outOfOrder(before: readonly RecordedCall[], calls: readonly RecordedCall[]): string[] {
  return calls.flatMap((call) =>
    before
      .filter(({ endedAt }) => endedAt > call.startedAt)
      .map(({ label }) => `${call.label} did not wait for ${label}`),
  );
}

/** Calls that should have begun at the same time and waited for one of the others. */
function apart(calls: readonly RecordedCall[], others: readonly RecordedCall[]): string[] {
  return calls.flatMap((call) =>
    others
      .filter(({ endedAt }) => endedAt < call.startedAt)
      .map(({ label }) => `${call.label} waited for ${label}`),
  );
}

/** Those of `labels` that are not among `others`, each as often as it is there too often. */
function without(labels: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return labels.filter((label) => {
    const index = left.indexOf(label);
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
}
