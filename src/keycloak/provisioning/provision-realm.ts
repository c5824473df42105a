import { setTimeout } from 'node:timers/promises';
import { NetworkError } from '@keycloak/keycloak-admin-client';
import { checkRealm, printFindings } from './check-realm.ts';
import { compareWholeStep } from './compare-step.ts';
import type { Difference, Finding } from './comparison.ts';
import type { Step, Target } from './step.ts';

const verbs = { create: 'created', update: 'updated', remove: 'removed' } as const;

/** How often a step is compared and applied before it counts as hopeless; two runs side by side need a few. */
const maxRounds = 8;

/** How many parts were changed, and how many were not in need of it. */
interface ProvisioningResult {
  readonly counts: Record<'created' | 'updated' | 'removed' | 'unchanged', number>;
  readonly findings: Finding[];
}

/** Keycloak took every change and the step still differs: Keycloak behaves unlike the versions this was made for. */
export class StillDifferent extends Error {}

/**
 * Brings every step's part to the needed state and prints each change and finding. Changes nothing while a blocking
 * finding stands. Each step is compared again after its changes, which proves them, and repairs what another run or a
 * crash left in between. Whatever was changed before an error stays, and the next run goes on from there.
 * @throws {StillDifferent} when a step differs after eight rounds
 * @throws {NetworkError} what Keycloak refuses
 */
export async function provisionRealm(
  steps: readonly Step[],
  target: Target,
  print: (line: string) => void,
): Promise<ProvisioningResult> {
  const counts = { created: 0, updated: 0, removed: 0, unchanged: 0 };
  const before = await checkRealm(steps, target, () => {});
  if (before.findings.some(({ blocking }) => blocking)) {
    printFindings(before.findings, print);
    return { counts, findings: before.findings };
  }
  const allFindings: Finding[] = [];
  for (const step of steps) {
    const { changes, unchanged, findings } = await applyStep(step, target, print);
    for (const { kind } of changes) counts[verbs[kind]] += 1;
    counts.unchanged += unchanged;
    printFindings(findings, print);
    allFindings.push(...findings);
  }
  return { counts, findings: allFindings };
}

/** Applies a step's differences until there are none: what was changed, what was fine before, and what is found then. */
async function applyStep(step: Step, target: Target, print: (line: string) => void) {
  let comparison = await compareWholeStep(step, target);
  const { unchanged } = comparison;
  const changes: Difference[] = [];
  for (let round = 1; comparison.differences.length > 0; round += 1) {
    const { applied, failure } = await applyDifferences(comparison.differences, print);
    changes.push(...applied);
    // Long enough for the transaction that was in the way; jittered, so that two runs don't meet again.
    if (failure) await setTimeout(Math.random() * Math.min(200 * 2 ** round, 4_000));
    comparison = await compareWholeStep(step, target);
    if (round === maxRounds && comparison.differences.length > 0) {
      throw failure ?? new StillDifferent(describeDifferences(step, comparison.differences));
    }
  }
  return { changes, unchanged, findings: comparison.findings };
}

/** Makes all the changes that Keycloak takes, and returns the last failure too; see `failureOf`. */
async function applyDifferences(differences: readonly Difference[], print: (line: string) => void) {
  const applied: Difference[] = [];
  let failure: NetworkError | undefined;
  for (const difference of differences) {
    const ownFailure = await failureOf(difference);
    failure = ownFailure ?? failure;
    if (ownFailure) continue;
    applied.push(difference);
    const { kind, what, detail } = difference;
    print(`${verbs[kind].padEnd(10)} ${what}${detail && `: ${detail}`}`);
  }
  return { applied, failure };
}

/**
 * What kept a change from being made, where the next look may find it made or not needed: another run was quicker.
 * Keycloak says so by 409 or 404, by 500 where it noticed only when it wrote its database, and by 400 for a deadlock.
 */
async function failureOf({ apply }: Difference): Promise<NetworkError | undefined> {
  try {
    await apply();
    return undefined;
  } catch (error) {
    if (!(error instanceof NetworkError) || [401, 403].includes(error.response.status)) throw error;
    return error;
  }
}

function describeDifferences({ name }: Step, differences: readonly Difference[]): string {
  const left = differences.map(({ what, detail }) => `${what}: ${detail || 'missing'}`);
  return `${name} still differs after ${maxRounds} rounds: ${left.join(', ')}`;
}
