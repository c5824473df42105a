import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const root = dirname(import.meta.dirname);

/** Everything that the launcher keeps: the distribution, data, logs, state. Git ignores it. */
export const local = join(root, '.local');

/** The path of a log file of that name; its folder is there. */
export function logFile(name: string): string {
  const logs = join(local, 'logs');
  // Logs may name people and addresses: for the owner of the checkout alone.
  mkdirSync(logs, { recursive: true, mode: 0o700 });
  return join(logs, `${name}.log`);
}
