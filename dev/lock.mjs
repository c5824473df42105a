import { spawnSync } from 'node:child_process';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Names a running process so that a later one with the same number is not taken for it; undefined when there
 * is none, or only a zombie.
 */
export function identify(pid) {
  if (process.platform === 'linux') {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The command's name stands in brackets and may hold spaces and brackets itself: count from the last one.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (fields[0] === 'Z') return undefined;
      return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${fields[19]}`;
    } catch {
      return undefined;
    }
  }
  const ps = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
  return ps.stdout?.trim() || undefined;
}

/**
 * Runs `action` while holding the lock file. Waits for whoever holds it, calling `onWait(pid)` once, and takes
 * over a lock whose holder has died.
 */
export async function withLock(path, onWait, action) {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  for (let told = false; !tryLock(path); ) {
    const holder = readHolder(path);
    if (holder && identify(holder.pid) !== holder.identity) {
      rmSync(path, { force: true });
      continue;
    }
    if (holder && !told) {
      told = true;
      onWait(holder.pid);
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  try {
    return await action();
  } finally {
    if (readHolder(path)?.pid === process.pid) rmSync(path, { force: true });
  }
}

function tryLock(path) {
  const own = `${path}.${process.pid}`;
  writeFileSync(own, JSON.stringify({ pid: process.pid, identity: identify(process.pid) }));
  try {
    // A link appears whole or not at all, so nobody ever reads a lock that is half written.
    linkSync(own, path);
    return readHolder(path)?.pid === process.pid;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

function readHolder(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
