import { run } from './child.ts';
import { findOnPath } from './keycloak/java.ts';
import { Problem } from './problem.ts';

/** Runs a command that has to succeed, and says nothing of it. A Problem with its output when it is missing or fails. */
export async function must(
  command: string,
  args: string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): Promise<void> {
  if (!command.includes('/') && !findOnPath(command)) throw new Problem(`${command} is needed for this.`);
  const output: string[] = [];
  const settings = { cwd, env: { ...process.env, ...env } };
  const code = await run(command, args, { ...settings, onOutput: (text) => void output.push(text) });
  if (code !== 0) throw new Problem(`${command} ${args.join(' ')} failed.\n${output.join('')}`);
}
