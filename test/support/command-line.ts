import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { runCli } from '../../packages/cli/src/cli.ts';
import type { Io } from '../../packages/cli/src/io.ts';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Terminal {
  readonly env?: Record<string, string>;
  /** What a person types, where standard input is a terminal. */
  readonly typed?: string;
  /** Whether standard output is a terminal. */
  readonly isTerminal?: boolean;
  readonly openBrowser?: Io['openBrowser'];
}

/** Runs `orki-sa` as somebody calls it, with an environment of its own. */
export async function orkiSa(args: readonly string[], terminal: Terminal = {}): Promise<Ran> {
  const { env = {}, typed, isTerminal = false, openBrowser = () => undefined } = terminal;
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const read = Promise.all([text(stdout), text(stderr)]);
  const stdin = Object.assign(Readable.from(typed === undefined ? [] : [`${typed}\n`]), {
    isTTY: typed !== undefined,
  });
  const output = Object.assign(stdout, { isTTY: isTerminal });
  const code = await runCli(args, {
    stdin,
    stdout: output,
    stderr,
    openBrowser,
    env: { PATH: process.env.PATH, ...env },
  });
  stdout.end();
  stderr.end();
  const [out, err] = await read;
  return { code, stdout: out, stderr: err };
}
