import { run } from '../child.ts';
import { Problem } from '../problem.ts';
import type { Command } from './programs.ts';

interface Expected {
  readonly code: number;
  /** What a program that ends well has to print. */
  readonly prints: RegExp;
}

/**
 * Runs a program with these variables beside the others, and says in a line whether it ended as expected.
 * @throws {Problem} with what it printed, when it did not
 */
export async function expectOf(
  [command, ...args]: Command,
  title: string,
  variables: Readonly<Record<string, string>>,
  { code: expected, prints }: Expected,
): Promise<void> {
  const output: string[] = [];
  const env = { ...process.env, ...variables };
  const code = await run(command, args, { env, onOutput: (text) => void output.push(text) });
  const text = output.join('').trim();
  const isRight = code === expected && (expected !== 0 || prints.test(text));
  console.log(`  ${isRight ? 'ok' : 'FAILED'}  ${title}`);
  if (!isRight) throw new Problem(`It ended with ${code}, not ${expected}.\n${text}`);
}
