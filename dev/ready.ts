import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, type Started, tail } from './child.ts';
import { Problem } from './problem.ts';

interface Wait {
  name: string;
  url: string;
  log: string;
  started: Started;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

/** Waits until the address answers 200; a Problem with the end of the log when the process ends or time is up. */
export async function waitUntilReady({ name, url, log, started, timeoutMs, signal }: Wait): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await answersOk(url))) {
    signal?.throwIfAborted();
    if (!isRunning(started)) throw new Problem(`${name} ended while it started.\n${tail(log)}`);
    if (Date.now() > deadline) {
      throw new Problem(`${name} was not ready after ${timeoutMs / 1000} s (${url}).\n${tail(log)}`);
    }
    await sleep(250);
  }
}

/** Whether a GET of the address is answered with 2xx within two seconds. */
export async function answersOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
