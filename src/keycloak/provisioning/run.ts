import { setTimeout } from 'node:timers/promises';
import { NetworkError } from '@keycloak/keycloak-admin-client';
import {
  Comparison,
  type Difference,
  type Finding,
  NotThereYet,
  type Step,
  type Target,
} from './comparison.ts';

const verbs = { create: 'created', update: 'updated', remove: 'removed' } as const;

/** How often a step is compared and mended before it counts as hopeless; two runs side by side need a few. */
const maxRounds = 8;

export interface Outcome {
  counts: Record<'created' | 'updated' | 'removed' | 'unchanged', number>;
  findings: Finding[];
}

/** Keycloak took every change and the step still differs: Keycloak behaves unlike the versions this was made for. */
export class StillDifferent extends Error {}

/**
 * Compares every step and prints each difference, changing nothing. What can't be compared because an earlier
 * step's result is missing counts as a difference too. Keycloak's errors are passed on.
 */
export async function check(
  steps: Step[],
  target: Target,
  print: (line: string) => void,
): Promise<Outcome & { differences: number }> {
  const outcome = emptyOutcome();
  let differences = 0;
  for (const step of steps) {
    const comparison = new Comparison();
    try {
      await step.compare(target, comparison);
    } catch (error) {
      if (!(error instanceof NotThereYet)) throw error;
      differences += 1;
      print(`differs    ${step.name}: ${error.message} is missing`);
    }
    for (const { kind, what, detail } of comparison.differences) {
      print(`differs    ${what}: ${kind === 'create' ? 'missing' : detail}`);
    }
    printFindings(comparison.findings, print);
    differences += comparison.differences.length;
    outcome.counts.unchanged += comparison.unchanged;
    outcome.findings.push(...comparison.findings);
  }
  return { ...outcome, differences };
}

/**
 * Brings every step's part to the needed state and prints each change; changes nothing while a blocking finding
 * stands. Each step is compared again after its changes, which proves them and heals what a run at the same time or
 * a dead one left in between. Throws StillDifferent, and passes Keycloak's errors on; whatever was done by then
 * stays, and the next run goes on.
 */
export async function apply(steps: Step[], target: Target, print: (line: string) => void): Promise<Outcome> {
  const before = await check(steps, target, () => {});
  if (before.findings.some(({ blocking }) => blocking)) {
    printFindings(before.findings, print);
    return { ...emptyOutcome(), findings: before.findings };
  }
  const outcome = emptyOutcome();
  for (const step of steps) {
    let comparison = await compare(step, target);
    outcome.counts.unchanged += comparison.unchanged;
    for (let round = 1; comparison.differences.length > 0; round += 1) {
      const failure = await mend(comparison.differences, outcome, print);
      // Long enough for the transaction that was in the way; jittered, so that two runs don't meet again.
      if (failure) await setTimeout(Math.random() * Math.min(200 * 2 ** round, 4_000));
      comparison = await compare(step, target);
      if (round === maxRounds && comparison.differences.length > 0) {
        throw failure ?? new StillDifferent(stillDiffers(step, comparison));
      }
    }
    printFindings(comparison.findings, print);
    outcome.findings.push(...comparison.findings);
  }
  return outcome;
}

/** Makes all the changes that Keycloak takes; returns the last failure, see failureOf. */
async function mend(differences: Difference[], { counts }: Outcome, print: (line: string) => void) {
  let lastFailure: NetworkError | undefined;
  for (const difference of differences) {
    const failure = await failureOf(difference);
    if (failure) {
      lastFailure = failure;
      continue;
    }
    const verb = verbs[difference.kind];
    counts[verb] += 1;
    print(`${verb.padEnd(10)} ${difference.what}${difference.detail && `: ${difference.detail}`}`);
  }
  return lastFailure;
}

async function compare(step: Step, target: Target): Promise<Comparison> {
  const comparison = new Comparison();
  await step.compare(target, comparison);
  return comparison;
}

/**
 * What kept a change from being made, where the next look may find it made or not needed: another run was quicker.
 * Keycloak says so by 409 or 404, by 500 where it noticed only when it wrote its database, and by 400 for a deadlock.
 */
async function failureOf(difference: Difference): Promise<NetworkError | undefined> {
  try {
    await difference.apply();
    return undefined;
  } catch (error) {
    if (!(error instanceof NetworkError) || [401, 403].includes(error.response.status)) throw error;
    return error;
  }
}

function stillDiffers({ name }: Step, { differences }: Comparison): string {
  const left = differences.map(({ what, detail }) => `${what}: ${detail || 'missing'}`);
  return `${name} still differs after ${maxRounds} rounds: ${left.join(', ')}`;
}

function printFindings(findings: Finding[], print: (line: string) => void): void {
  for (const { message } of findings) print(`attention  ${message}`);
}

function emptyOutcome(): Outcome {
  return { counts: { created: 0, updated: 0, removed: 0, unchanged: 0 }, findings: [] };
}
