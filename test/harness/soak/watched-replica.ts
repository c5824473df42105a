import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import { freePort } from '../../support/free-port.ts';
import type { Laboratory } from '../laboratory.ts';
import { type Replica, startReplica } from '../replica.ts';
import type { Holding } from './growth.ts';

export interface WatchedReplica {
  readonly replica: Replica;
  /** What it holds now. */
  holding(operations: number): Promise<Holding>;
}

/** A replica whose memory and open handles can be asked for. */
export async function startWatchedReplica(laboratory: Laboratory, name: string): Promise<WatchedReplica> {
  const port = await freePort();
  const replica = await startReplica(laboratory, name, {
    env: { MEMORY_PROBE_PORT: String(port), LOG_LEVEL: 'error' },
    nodeArguments: ['--expose-gc', '--import', join(import.meta.dirname, 'memory-probe.ts')],
  });
  return {
    replica,
    async holding(operations) {
      const { body } = await request(`http://127.0.0.1:${port}`);
      const { heapUsed, external, rss } = (await body.json()) as NodeJS.MemoryUsage;
      const handles = readdirSync(`/proc/${replica.pid}/fd`).length;
      return { operations, bytes: heapUsed + external, residentBytes: rss, handles };
    },
  };
}
