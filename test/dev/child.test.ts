import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { isAlive, isRunning, type Started, startInBackground, stop, tail } from '../../dev/child.ts';

const folder = mkdtempSync(join(tmpdir(), 'child-'));
const log = join(folder, 'log');
afterAll(() => rmSync(folder, { recursive: true }));

const start = (script: string) =>
  startInBackground({ command: 'sh', args: ['-c', script], env: process.env, cwd: folder, log });

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!condition() && Date.now() < deadline) await sleep(10);
  expect(condition()).toBe(true);
}

test('stops what a process has started as well, also when that process is gone', async () => {
  const started = await start('sleep 60 & echo "child $!"; exit 0');
  await until(() => readFileSync(log, 'utf8').includes('child') && !isAlive(started));
  expect(isRunning(started)).toBe(true);
  await stop(started);
  expect(isRunning(started)).toBe(false);
});

test('ends by force what does not heed SIGTERM', async () => {
  const started = await start('trap "" TERM; echo ready; while :; do sleep 0.1; done');
  await until(() => readFileSync(log, 'utf8').includes('ready'));
  await stop(started, 200);
  expect(isRunning(started)).toBe(false);
});

test('starts a log anew, or goes on with it where that is asked for', async () => {
  const kept = join(folder, 'kept');
  const write = async (word: string, appendToLog?: boolean) => {
    const args = ['-c', `echo ${word}`];
    const started = await startInBackground({
      command: 'sh',
      args,
      env: {},
      cwd: folder,
      log: kept,
      appendToLog,
    });
    await until(() => !isRunning(started));
    return readFileSync(kept, 'utf8');
  };
  await write('first');
  expect(await write('second', true)).toBe('first\nsecond\n');
  expect(await write('third')).toBe('third\n');
});

test('takes no stranger with the same process id for its own', async () => {
  const stranger: Started = { pid: process.pid, identity: 'another' };
  expect(isRunning(stranger)).toBe(false);
  await stop(stranger);
  expect(isRunning({ ...stranger, identity: '' })).toBe(false);
});

test('shows the end of a log', async () => {
  const started = await start('seq 1 100');
  await until(() => !isRunning(started));
  expect(tail(log, 2)).toBe(`--- last lines of ${log}\n99\n100\n---`);
});
