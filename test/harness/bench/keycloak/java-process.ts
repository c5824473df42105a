import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findOnPath } from '../../../../dev/keycloak/java.ts';
import { Problem } from '../../../../dev/problem.ts';
import type { RunningKeycloak } from '../../keycloak.ts';

const collected = /(?:garbage-first heap|PSYoungGen|ParOldGen)\s+total \d+K, used (\d+)K/g;

/** Tells Keycloak's Java to do something, by a program of the JDK such as jcmd. */
export async function runJdk(
  { javaHome }: Pick<RunningKeycloak, 'javaHome'>,
  name: 'jcmd' | 'jfr',
  args: readonly string[],
): Promise<string> {
  const program = findOnPath(name, join(javaHome, 'bin'));
  if (program === undefined) throw new Problem(`${javaHome} has no ${name}: a whole JDK is needed.`);
  const { stdout } = await promisify(execFile)(program, args, { maxBuffer: 512 * 1024 * 1024 });
  return stdout;
}

/** What a Keycloak holds once its garbage is collected. */
export async function memoryOf(keycloak: RunningKeycloak) {
  const pid = keycloak.javaPid();
  const jcmd = (command: string) => runJdk(keycloak, 'jcmd', [String(pid), command]);
  const histogram = await jcmd('GC.class_histogram');
  const clients =
    /^\s*\d+:\s+(\d+)\s+\d+\s+org\.keycloak\.models\.cache\.infinispan\.entities\.CachedClient\b/m;
  await jcmd('GC.run');
  const heap = await jcmd('GC.heap_info');
  const usedKb = [...heap.matchAll(collected)].reduce((sum, [, used]) => sum + Number(used), 0);
  return {
    heapMb: usedKb / 1024,
    residentMb: residentMb(pid),
    /** Clients in the realm cache, and what is on its way in or out. */
    cachedClients: Number(clients.exec(histogram)?.[1] ?? 0),
  };
}

/** The memory that a process holds, in MB. */
export function residentMb(pid: number): number {
  const kb = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kb) / 1024;
}
