import { run } from '../../dev/child.ts';

export interface Run {
  readonly code: number;
  /** What it wrote to standard output and standard error. */
  readonly output: string;
}

/** Runs a command to its end. */
export async function runCommand(
  command: string,
  args: string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<Run> {
  let output = '';
  const onOutput = (text: string) => {
    output += text;
  };
  return { code: await run(command, args, { ...options, onOutput }), output };
}
