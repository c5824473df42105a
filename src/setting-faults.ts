import type { z } from 'zod';
import { listed } from './wording.ts';

/**
 * A line for each setting that is missing or wrong: its name, and what it has to be. Never its value, which may be a
 * secret.
 */
export function settingFaults(
  { issues }: z.ZodError,
  given: Readonly<Record<string, string | undefined>>,
): string[] {
  return issues.map((issue) => {
    const name = String(issue.path[0]);
    // What came from a file is to be put right there.
    const file = given[`${name}_FILE`] === undefined ? '' : '_FILE';
    return `${name}${file}: ${given[name] === undefined ? missing(issue) : ruleOf(issue)}`;
  });
}

const missing = (issue: z.core.$ZodIssue): string => (issue.code === 'custom' ? issue.message : 'is needed');

/** The rules without a sentence of their own in the schema. */
function ruleOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_value':
      return `has to be ${listed(issue.values.map(String), 'or')}`;
    case 'invalid_type':
      return issue.expected === 'int' ? 'has to be a whole number' : 'has to be a number';
    case 'too_small':
      return issue.origin === 'string' ? issue.message : `has to be at least ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'string' ? issue.message : `has to be at most ${issue.maximum}`;
    default:
      return issue.message;
  }
}
