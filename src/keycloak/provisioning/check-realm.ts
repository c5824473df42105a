import { compareStep } from './compare-step.ts';
import type { Finding } from './comparison.ts';
import type { Step, Target } from './step.ts';

/** How many differences there are, what a person has to decide, and how many parts are as they have to be. */
interface CheckResult {
  readonly differences: number;
  readonly findings: Finding[];
  readonly unchanged: number;
}

/**
 * Compares every step and prints each difference and finding, changing nothing. What can't be compared because an
 * earlier step's result is missing counts as a difference too.
 * @throws {NetworkError} what Keycloak refuses
 */
export async function checkRealm(
  steps: readonly Step[],
  target: Target,
  print: (line: string) => void,
): Promise<CheckResult> {
  const allFindings: Finding[] = [];
  let allDifferences = 0;
  let allUnchanged = 0;
  for (const step of steps) {
    const { missing, differences, findings, unchanged } = await compareStep(step, target);
    if (missing) print(`differs    ${step.name}: ${missing.message} is missing`);
    for (const { kind, what, detail } of differences) {
      print(`differs    ${what}: ${kind === 'create' ? 'missing' : detail}`);
    }
    printFindings(findings, print);
    allFindings.push(...findings);
    allDifferences += differences.length + (missing ? 1 : 0);
    allUnchanged += unchanged;
  }
  return { differences: allDifferences, findings: allFindings, unchanged: allUnchanged };
}

export function printFindings(findings: readonly Finding[], print: (line: string) => void): void {
  for (const { message } of findings) print(`attention  ${message}`);
}
