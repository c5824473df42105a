import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { isRunning, startInBackground, stop } from '../../dev/child.ts';
import { endWithThisProcess } from '../../dev/guard.ts';
import { logFile, root } from '../../dev/paths.ts';
import { waitUntilReady } from '../../dev/ready.ts';
import { freePort } from '../support/free-port.ts';
import { jsonRequest } from '../support/json-request.ts';
import type { PersonName } from '../support/live-realm.ts';
import type { TestedRealm } from './laboratory.ts';
import type { OlderVersion } from './older-version.ts';

const READY_TIMEOUT_MS = 60_000;
/** Longer than the ten seconds that the service promises to take at most. */
const clientTimeoutMs = 20_000;
const unlimited = '1000000';

export interface ServiceAnswer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: looked into by those who know what they asked for
  readonly body: any;
  readonly sentAt: number;
  readonly answeredAt: number;
}

export interface ServiceRequest {
  /** Acme's administrator unless given. */
  readonly as?: PersonName;
  readonly method?: string;
  /** Below the tenant's service accounts. */
  readonly path?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

const present: OlderVersion = { root, knows: () => true };

/** Callers of the service at an address, be it a replica's or that of a balancer in front of several. */
export function serviceAt(url: string, laboratory: TestedRealm) {
  const agent = new Agent({ connections: 64 });
  return {
    /** Asks it something; throws when the connection breaks or the answer takes far too long. */
    async request(options: ServiceRequest = {}): Promise<ServiceAnswer> {
      const { as = 'admin', method = 'GET', path = '', ...wanted } = options;
      const token = await laboratory.token(as);
      const sentAt = performance.now();
      const response = await request(`${url}/api/v1/tenants/acme/service-accounts${path}`, {
        ...jsonRequest(token, { method, ...wanted }),
        dispatcher: agent,
        signal: AbortSignal.timeout(clientTimeoutMs),
      });
      const text = await response.body.text();
      const answeredAt = performance.now();
      const parsed = text === '' ? undefined : JSON.parse(text);
      return {
        status: response.statusCode,
        headers: response.headers,
        text,
        body: parsed,
        sentAt,
        answeredAt,
      };
    },
    hangUp: (): Promise<void> => agent.destroy(),
  };
}

/** The service as it runs in production: a process of its own, configured by its environment. */
export async function startReplica(
  laboratory: TestedRealm,
  name: string,
  options: {
    env?: Record<string, string>;
    nodeArguments?: string[];
    version?: OlderVersion;
    /** A free one unless given. */
    port?: number;
  } = {},
) {
  const { realm } = laboratory;
  const { root: home, knows } = options.version ?? present;
  const port = options.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const log = logFile(`${name}-${process.pid}`);
  const started = await startInBackground({
    command: process.execPath,
    args: [...(options.nodeArguments ?? []), join(home, 'src', 'server.ts')],
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      PUBLIC_URL: url,
      KEYCLOAK_URL: realm.url,
      KEYCLOAK_REALM: realm.name,
      KEYCLOAK_CLIENT_SECRET: realm.secret,
      MAX_ACCOUNTS_PER_TENANT: unlimited,
      RATE_LIMIT_PER_CALLER: unlimited,
      RATE_LIMIT_PER_TENANT: unlimited,
      ...options.env,
    },
    cwd: home,
    log,
  });
  const release = endWithThisProcess(started, log);
  const callers = serviceAt(url, laboratory);
  await waitUntilReady({
    name,
    url: `${url}/readyz`,
    log,
    started,
    timeoutMs: READY_TIMEOUT_MS,
  });

  return {
    url,
    pid: started.pid,
    knows,
    readLog: () => readFileSync(log, 'utf8'),
    request: callers.request,
    async kill(): Promise<void> {
      release();
      process.kill(-started.pid, 'SIGKILL');
      while (isRunning(started)) await sleep(10);
      await callers.hangUp();
    },
    /** Asks it to end (SIGTERM) and waits until it has. */
    async end(): Promise<void> {
      await stop(started, 30_000);
    },
    async [Symbol.asyncDispose]() {
      await callers.hangUp();
      await stop(started);
      release();
      rmSync(log, { force: true });
    },
  };
}

export type Replica = Awaited<ReturnType<typeof startReplica>>;
