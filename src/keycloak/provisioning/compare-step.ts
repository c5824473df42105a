import type { Difference, Finding } from './comparison.ts';
import { MissingPrerequisite, type Step, type Target } from './step.ts';

/** What a step yielded, by outcome. */
interface StepComparison {
  readonly differences: Difference[];
  readonly findings: Finding[];
  readonly unchanged: number;
}

/** What a step yields up to its end, or until something is missing that an earlier step makes. */
export async function compareStep(
  step: Step,
  target: Target,
): Promise<StepComparison & { readonly missing: MissingPrerequisite | undefined }> {
  const differences: Difference[] = [];
  const findings: Finding[] = [];
  let unchanged = 0;
  let missing: MissingPrerequisite | undefined;
  try {
    for await (const comparison of step.compare(target)) {
      if (comparison.outcome === 'difference') differences.push(comparison);
      else if (comparison.outcome === 'finding') findings.push(comparison);
      else unchanged += 1;
    }
  } catch (error) {
    if (!(error instanceof MissingPrerequisite)) throw error;
    missing = error;
  }
  return { differences, findings, unchanged, missing };
}

/**
 * What a step yields up to its end.
 * @throws {MissingPrerequisite} when something is missing that an earlier step makes
 */
export async function compareWholeStep(step: Step, target: Target): Promise<StepComparison> {
  const { missing, ...comparison } = await compareStep(step, target);
  if (missing) throw missing;
  return comparison;
}
