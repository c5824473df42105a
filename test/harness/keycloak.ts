import { readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, stop } from '../../dev/child.ts';
import { endWithThisProcess } from '../../dev/guard.ts';
import { missingForDistribution, obtainDistribution } from '../../dev/keycloak/distribution.ts';
import { startInstance, waitForKeycloak } from '../../dev/keycloak/instance.ts';
import { logFile } from '../../dev/paths.ts';
import { Problem } from '../../dev/problem.ts';
import { freePort } from '../support/free-port.ts';
import type { PostgreSql } from './postgresql.ts';

// Only this machine can reach it, and it is gone with the run.
const administrator = { username: 'admin', password: 'admin' };

/** A Keycloak on PostgreSQL, on 127.0.0.1, that can be killed and comes back under the same address. */
export async function startKeycloak(database: PostgreSql) {
  const missing = missingForDistribution('postgres');
  if (missing.length > 0) throw new Problem(`Keycloak's distribution needs ${missing.join(' and ')}.`);
  const distribution = await obtainDistribution(undefined, 'postgres');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const log = logFile(`keycloak-on-postgresql-${process.pid}`);

  async function start(env: Readonly<Record<string, string>>) {
    const started = await startInstance(distribution, {
      port,
      // Whatever address a proxy is reached by, the issuer is this one.
      hostname: url,
      databaseUrl: database.jdbcUrl,
      databaseUser: database.user,
      administrator,
      log,
      env,
    });
    return { started, release: endWithThisProcess(started, log) };
  }

  let running = await start({});
  const keycloak = {
    url,
    javaHome: distribution.java.home,
    adminUsername: administrator.username,
    adminPassword: administrator.password,
    /** kill -9: whatever it was doing is cut off. */
    async kill(): Promise<void> {
      running.release();
      process.kill(-running.started.pid, 'SIGKILL');
      while (isRunning(running.started)) await sleep(20);
    },
    /**
     * Starts it again after `kill`, and waits until it serves.
     * @param env more settings of Keycloak's own, for this start alone
     */
    async start(env: Readonly<Record<string, string>> = {}): Promise<void> {
      running = await start(env);
      await keycloak.ready();
    },
    /** Holds all of it still (SIGSTOP), as one that stalls, until it is let go on. */
    stall(): () => void {
      process.kill(-running.started.pid, 'SIGSTOP');
      return () => process.kill(-running.started.pid, 'SIGCONT');
    },
    /** The process id of its Java, which is a child of kc.sh. */
    javaPid: (): number => childOf(running.started.pid),
    ready: () => waitForKeycloak(running.started, url, log),
    async [Symbol.asyncDispose]() {
      await stop(running.started, 5_000);
      running.release();
      rmSync(log, { force: true });
    },
  };
  await keycloak.ready();
  return keycloak;
}

export type RunningKeycloak = Awaited<ReturnType<typeof startKeycloak>>;

function childOf(pid: number): number {
  const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  if (!child) throw new Error(`process ${pid} has no child`);
  return Number(child);
}
