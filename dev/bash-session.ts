import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { Problem } from './problem.ts';

const LINE_TIMEOUT_MS = 60_000;

interface Waiting {
  end: string;
  resolve: (output: string) => void;
  reject: (problem: Problem) => void;
}

/** One bash to which lines are given one by one, as by somebody who pastes them: variables stay. */
export class BashSession implements AsyncDisposable {
  readonly #bash: ChildProcessByStdio<Writable, Readable, null>;
  readonly #ended: Promise<void>;
  #output = '';
  #lines = 0;
  #waiting: Waiting | undefined;

  constructor() {
    this.#bash = spawn('bash', ['--noprofile', '--norc'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      // No curlrc of the user, and no proxy between this machine and itself.
      env: { ...process.env, CURL_HOME: '/dev/null', NO_PROXY: '*', no_proxy: '*' },
    });
    this.#bash.stdout.setEncoding('utf8').on('data', (text: string) => this.#take(text));
    this.#ended = new Promise((resolve) => {
      const end = () => {
        this.#waiting?.reject(new Problem(`bash ended.\n${this.#output}`));
        resolve();
      };
      this.#bash.on('close', end).on('error', end);
      this.#bash.stdin.on('error', end);
    });
    this.#bash.stdin.write('exec 2>&1\n');
  }

  /** Runs a line to its end and gives all that it printed. A Problem when bash ends, or after a minute. */
  async run(line: string): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const end = `<<end of line ${++this.#lines}>>`;
    const timer = setTimeout(
      () => reject(new Problem(`No end after ${LINE_TIMEOUT_MS / 1000} s:\n$ ${line}\n${this.#output}`)),
      LINE_TIMEOUT_MS,
    );
    this.#output = '';
    this.#waiting = { end, resolve, reject };
    this.#bash.stdin.write(`${line}\nprintf '%s' '${end}'\n`);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting = undefined;
    }
  }

  #take(text: string): void {
    this.#output += text;
    const { end, resolve } = this.#waiting ?? {};
    if (end && this.#output.endsWith(end)) resolve?.(this.#output.slice(0, -end.length));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // What hangs would hold up the end of its input.
    this.#bash.kill('SIGHUP');
    await this.#ended;
  }
}
