import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { identify, withLock } from '../../dev/lock.mjs';

const folder = mkdtempSync(join(tmpdir(), 'lock-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('lets one in at a time and leaves nothing behind', async () => {
  const lock = join(folder, 'one');
  const events: string[] = [];
  const holders: number[] = [];
  await Promise.all(
    ['a', 'b'].map((name) =>
      withLock(
        lock,
        (pid) => holders.push(pid),
        async () => {
          events.push(`${name} in`);
          await sleep(50);
          events.push(`${name} out`);
        },
      ),
    ),
  );
  expect(events).toEqual(['a in', 'a out', 'b in', 'b out']);
  expect(holders).toEqual([process.pid]);
  expect(existsSync(lock)).toBe(false);
});

test('takes over from a holder that has died', async () => {
  const lock = join(folder, 'stale');
  writeFileSync(lock, JSON.stringify({ pid: process.pid, identity: 'of one that had the same number' }));
  expect(
    await withLock(
      lock,
      () => expect.unreachable(),
      async () => 'done',
    ),
  ).toBe('done');
});

test('identifies only what runs', () => {
  expect(identify(process.pid)).toBe(identify(process.pid));
  expect(identify(2 ** 22 + 1)).toBeUndefined();
});
