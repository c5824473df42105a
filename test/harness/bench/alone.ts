import { rmSync, writeFileSync } from 'node:fs';
import { request } from 'undici';
import { logFile } from '../../../dev/paths.ts';
import type { Laboratory } from '../laboratory.ts';
import { startReplica } from '../replica.ts';
import { measuredTenant, pageSize } from './contestant.ts';
import { footprintOf } from './footprint.ts';
import { startReplay } from './replay.ts';
import { startServer } from './server.ts';

/** What one operation costs in the service's own process, beside a bare route that verifies the same token. */
interface Alone {
  readonly operation: 'list' | 'get';
  /** Requests for each second of processor time. */
  readonly servicePerSecond: number;
  readonly barePerSecond: number;
}

export interface ServiceAlone {
  readonly operations: readonly Alone[];
  /** From its start until /readyz says 200, with Keycloak up. */
  readonly readySeconds: number;
  /** The most memory that it held under this load. */
  readonly peakMb: number;
}

const concurrency = 32;
const warmUp = 500;
const perTurn = 2_000;
const turns = 3;

/**
 * Measures the service against a Keycloak that answers at once, in processor time, so that what else the machine does matters
 * little.
 * @param id of an account of the measured tenant
 */
export async function measureAlone(laboratory: Laboratory, id: string): Promise<ServiceAlone> {
  const { realm } = laboratory;
  await using opened = new AsyncDisposableStack();
  const replay = opened.use(await startReplay(realm.url));
  const startedAt = performance.now();
  const env = { KEYCLOAK_INTERNAL_URL: replay.url, LOG_LEVEL: 'warn' };
  const service = opened.use(await startReplica(laboratory, 'bench-alone', { env }));
  const readySeconds = (performance.now() - startedAt) / 1000;

  const operations: Alone[] = [];
  const paths = { list: `?limit=${pageSize}`, get: `/${id}` };
  for (const operation of ['list', 'get'] as const) {
    const url = `${service.url}/api/v1/tenants/${measuredTenant}/service-accounts${paths[operation]}`;
    const bodyFile = logFile(`bench-body-${process.pid}`);
    writeFileSync(bodyFile, await textOf(url, await laboratory.token()));
    const bareEnv = { KEYCLOAK_URL: realm.url, KEYCLOAK_REALM: realm.name, BODY_FILE: bodyFile };
    await using bare = await startServer('bare', bareEnv);
    rmSync(bodyFile);
    const contestants = [
      { url, pid: service.pid, cpuSeconds: 0 },
      { url: `${bare.url}/body`, pid: bare.pid, cpuSeconds: 0 },
    ];
    for (const contestant of contestants) await load(contestant.url, warmUp, laboratory);
    for (let turn = 0; turn < turns; turn += 1) {
      for (const contestant of contestants) {
        const before = footprintOf(contestant.pid).cpuSeconds;
        await load(contestant.url, perTurn, laboratory);
        contestant.cpuSeconds += footprintOf(contestant.pid).cpuSeconds - before;
      }
    }
    const [servicePerSecond, barePerSecond] = contestants.map(
      ({ cpuSeconds }) => (turns * perTurn) / cpuSeconds,
    ) as [number, number];
    operations.push({ operation, servicePerSecond, barePerSecond });
  }
  return { operations, readySeconds, peakMb: footprintOf(service.pid).peakMb };
}

async function load(url: string, count: number, laboratory: Laboratory): Promise<void> {
  const token = await laboratory.token();
  let left = count;
  const caller = async () => {
    while (left > 0) {
      left -= 1;
      await textOf(url, token);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, caller));
}

async function textOf(url: string, token: string): Promise<string> {
  const { statusCode, body } = await request(url, { headers: { authorization: `Bearer ${token}` } });
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`${url}: ${statusCode} ${text}`);
  return text;
}
