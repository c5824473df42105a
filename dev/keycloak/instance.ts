import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, type Started, startInBackground, tail } from '../child.ts';
import { Problem } from '../problem.ts';
import { waitUntilReady } from '../ready.ts';
import { type Distribution, keycloakEnvironment } from './distribution.ts';
import { bootstrapAdministrator, logTimes, startOptions } from './settings.ts';

// A first start on an empty database took 20 s on two quiet cores; CI machines are neither.
export const READY_TIMEOUT_MS = 300_000;

interface Instance {
  /** 0 lets Keycloak choose a free one. */
  port: number;
  hostname?: string;
  databaseUrl: string;
  databaseUser?: string;
  administrator: { username: string; password: string };
  log: string;
  appendToLog?: boolean;
  /** More settings of Keycloak's own, such as `KC_DB_POOL_MAX_SIZE`. */
  env?: Readonly<Record<string, string>>;
}

/** A database in a file that is reopened by the next start. */
export function fileDatabase(folder: string): string {
  return `jdbc:h2:file:${join(folder, 'keycloak')};NON_KEYWORDS=VALUE;DB_CLOSE_ON_EXIT=FALSE`;
}

/** A database that ends with its process. */
export const memoryDatabase = 'jdbc:h2:mem:keycloak;NON_KEYWORDS=VALUE;DB_CLOSE_DELAY=-1';

/** Starts a Keycloak of the distribution; it is not ready yet. */
export function startInstance({ home, java }: Distribution, instance: Instance): Promise<Started> {
  const { port, hostname, databaseUrl, databaseUser, administrator, log, appendToLog, env } = instance;
  const options = startOptions({ host: '127.0.0.1', port, ...(hostname !== undefined && { hostname }) });
  return startInBackground({
    command: join(home, 'bin', 'kc.sh'),
    args: ['start', '--optimized', ...options],
    env: {
      ...keycloakEnvironment(java),
      ...bootstrapAdministrator(administrator.username, administrator.password),
      ...logTimes,
      // By environment: kc.sh passes its arguments through a shell once more.
      KC_DB_URL: databaseUrl,
      ...(databaseUser !== undefined && { KC_DB_USERNAME: databaseUser, KC_DB_PASSWORD: '' }),
      ...env,
    },
    cwd: home,
    log,
    appendToLog,
  });
}

/** The address on which a Keycloak that was started on port 0 listens, once it does. */
export async function listeningAddress(started: Started, log: string): Promise<string> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (Date.now() < deadline) {
    const address = /Listening on: (http:\/\/127\.0\.0\.1:\d+)/.exec(readFileSync(log, 'utf8'))?.[1];
    if (address) return address;
    if (!isRunning(started)) break;
    await sleep(200);
  }
  throw new Problem(`Keycloak did not start.\n${tail(log)}`);
}

/** Waits until Keycloak serves requests. */
export async function waitForKeycloak(
  started: Started,
  url: string,
  log: string,
  signal?: AbortSignal,
): Promise<void> {
  await waitUntilReady({
    name: 'Keycloak',
    url: `${url}/health/ready`,
    log,
    started,
    timeoutMs: READY_TIMEOUT_MS,
    signal,
  });
}
