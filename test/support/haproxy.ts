import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, startInBackground, stop, tail } from '../../dev/child.ts';
import { endWithThisProcess } from '../../dev/guard.ts';
import { logFile, root } from '../../dev/paths.ts';
import { Problem } from '../../dev/problem.ts';
import { freePort } from './free-port.ts';

const example = join(root, 'examples', 'reverse-proxy', 'haproxy.cfg');
const startTimeoutMs = 10_000;
/** A node comes back after a minute of good checks, counted from its caches' being merged. */
const changeTimeoutMs = 240_000;
const pollMs = 100;

interface Backend {
  readonly host: string;
  readonly port: number;
  readonly managementPort: number;
}

export interface HaproxySettings {
  /** Two, as in the example. */
  readonly backends: readonly Backend[];
  readonly port: number;
  readonly metricsPort: number;
  /** Milliseconds between two health checks; as in the example unless given. */
  readonly checkIntervalMs?: number;
}

/** examples/reverse-proxy/haproxy.cfg as it is, with other addresses. */
function haproxyConfiguration(settings: HaproxySettings, againPort: number): string {
  const { backends, port, metricsPort, checkIntervalMs } = settings;
  let text = readFileSync(example, 'utf8');
  const replace = (from: string, to: string) => {
    if (!text.includes(from)) throw new Error(`the example has no ${from}`);
    text = text.replaceAll(from, to);
  };
  for (const [index, backend] of backends.entries()) {
    const address = `${backend.host}:${backend.port} port ${backend.managementPort}`;
    replace(`10.0.0.${11 + index}:8080`, address);
  }
  replace(' port 9000 ', ' ');
  replace('127.0.0.1:8080', `127.0.0.1:${port}`);
  replace('127.0.0.1:8405', `127.0.0.1:${metricsPort}`);
  replace('127.0.0.1:8406', `127.0.0.1:${againPort}`);
  if (checkIntervalMs !== undefined) {
    replace(' inter 1s ', ` inter ${checkIntervalMs}ms `);
    // A busy machine is not what is tested.
    replace('timeout check 1s', 'timeout check 10s');
  }
  return text;
}

/** The nodes that get requests, by their names in the example, from the metrics of its HAProxy. */
export function nodesInUse(metrics: string): string[] {
  const up = metrics.matchAll(/^haproxy_server_status\{proxy="keycloak",server="([^"]+)",state="UP"\} 1$/gm);
  return [...up].map(([, name = '']) => name).filter((name) => !name.endsWith('-alone'));
}

/** The balancer of the example, with its health checks. */
export async function startHaproxy(settings: HaproxySettings) {
  const log = logFile(`haproxy-${process.pid}-${settings.port}`);
  const file = `${log}.cfg`;
  writeFileSync(file, haproxyConfiguration(settings, await freePort()));
  const started = await startInBackground({
    command: 'haproxy',
    args: ['-db', '-f', file],
    env: { PATH: `${process.env.PATH}:/usr/sbin` },
    cwd: root,
    log,
  });
  const release = endWithThisProcess(started, log);
  const metricsUrl = `http://127.0.0.1:${settings.metricsPort}/metrics`;

  async function inUse(): Promise<string[]> {
    const metrics = await (await fetch(metricsUrl)).text();
    return nodesInUse(metrics);
  }

  const deadline = Date.now() + startTimeoutMs;
  while ((await inUse().catch(() => [])).length === 0) {
    if (!isRunning(started) || Date.now() > deadline) {
      rmSync(file, { force: true });
      throw new Problem(`HAProxy did not start.\n${tail(log)}`);
    }
    await sleep(pollMs);
  }

  return {
    url: `http://127.0.0.1:${settings.port}`,
    inUse,
    /** Waits until so many nodes get requests. */
    async uses(count: number): Promise<void> {
      const deadline = Date.now() + changeTimeoutMs;
      while ((await inUse()).length !== count) {
        if (Date.now() > deadline) throw new Problem(`HAProxy uses ${await inUse()}, not ${count} nodes.`);
        await sleep(pollMs);
      }
    },
    async [Symbol.asyncDispose]() {
      await stop(started);
      release();
      rmSync(file, { force: true });
      rmSync(log, { force: true });
    },
  };
}
