import { readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, startInBackground, stop } from '../../../dev/child.ts';
import { endWithThisProcess } from '../../../dev/guard.ts';
import { type Distribution, keycloakEnvironment } from '../../../dev/keycloak/distribution.ts';
import { waitForKeycloak } from '../../../dev/keycloak/instance.ts';
import { bootstrapAdministrator, startOptions } from '../../../dev/keycloak/settings.ts';
import { logFile } from '../../../dev/paths.ts';
import type { PostgreSql } from '../postgresql.ts';

/** The ports of a node: of its own network namespace, or of this machine where it is in none. */
export interface NodePorts {
  readonly http: number;
  /** Health and metrics. */
  readonly management: number;
  /** To the other nodes; their failure detection listens 50,000 above it. */
  readonly cluster: number;
}

export const failureDetectionPort = ({ cluster }: NodePorts): number => cluster + 50_000;

/** A new view (ISPN000094), or one that came of two (ISPN000093), with the number of its members. */
const clusterView = /ISPN00009[34]:.*?\((\d+)\) \[/g;

interface NodeSettings {
  readonly distribution: Distribution;
  readonly database: PostgreSql;
  readonly name: string;
  readonly ports: NodePorts;
  /** The address that the cluster is reached by, and its issuer. */
  readonly hostname: string;
  readonly administrator: { username: string; password: string };
  /** More options of `kc.sh start`. */
  readonly options?: readonly string[];
}

/** One Keycloak of a cluster, in production mode, on 127.0.0.1: it finds the others by the database (jdbc-ping). */
export async function startNode(settings: NodeSettings) {
  const { distribution, database, name, ports, hostname, administrator } = settings;
  const url = `http://127.0.0.1:${ports.http}`;
  const managementUrl = `http://127.0.0.1:${ports.management}`;
  const log = logFile(`${name}-${process.pid}`);
  const cluster = [
    `-Djgroups.bind.address=127.0.0.1`,
    `-Djgroups.bind.port=${ports.cluster}`,
    '-Djgroups.port_range=0',
  ];

  async function start() {
    const started = await startInBackground({
      command: `${distribution.home}/bin/kc.sh`,
      args: [
        'start',
        '--optimized',
        ...startOptions({ host: '127.0.0.1', port: ports.http, hostname, cache: 'ispn' }),
        `--http-management-port=${ports.management}`,
        '--http-management-host=127.0.0.1',
        '--cache-embedded-network-bind-address=127.0.0.1',
        `--cache-embedded-network-bind-port=${ports.cluster}`,
        `--spi-cache-embedded--default--node-name=${name}`,
        ...(settings.options ?? []),
      ],
      env: {
        ...keycloakEnvironment(distribution.java),
        ...bootstrapAdministrator(administrator.username, administrator.password),
        JAVA_OPTS_APPEND: cluster.join(' '),
        KC_DB_URL: database.jdbcUrl,
        KC_DB_USERNAME: database.user,
        KC_DB_PASSWORD: '',
      },
      cwd: distribution.home,
      log,
    });
    return { started, release: endWithThisProcess(started, log) };
  }

  const signal = (name: NodeJS.Signals) => process.kill(-running.started.pid, name);
  let running = await start();
  const node = {
    name,
    url,
    managementUrl,
    ports,
    log,
    /** How many nodes it sees, itself among them, by its log: the last view that it was given. */
    seesNodes(): number | undefined {
      const views = [...readFileSync(log, 'utf8').matchAll(clusterView)];
      return views.at(-1)?.[1] === undefined ? undefined : Number(views.at(-1)?.[1]);
    },
    /** A metric of its own, by which an alert sees what became of it. */
    async metric(name: string): Promise<number> {
      const metrics = await (await fetch(`${managementUrl}/metrics`)).text();
      const value = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(metrics)?.[1];
      if (value === undefined) throw new Error(`Keycloak has no metric ${name}`);
      return Number(value);
    },
    /** The views that it was given, in its own words. */
    views: (): string[] =>
      readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => /ISPN00009[34]/.test(line)),
    /** Waits until it serves. */
    ready: () => waitForKeycloak(running.started, managementUrl, log),
    /** kill -9: whatever it was doing is cut off. */
    async kill(): Promise<void> {
      running.release();
      signal('SIGKILL');
      while (isRunning(running.started)) await sleep(20);
    },
    /** SIGTERM, as a rolling restart sends it. */
    async end(): Promise<void> {
      running.release();
      await stop(running.started, 60_000);
    },
    /** Starts it again after it was killed or ended. */
    async start(): Promise<void> {
      running = await start();
    },
    /** Holds all of it still (SIGSTOP), as a machine that is suspended. */
    freeze: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    async [Symbol.asyncDispose]() {
      if (isRunning(running.started)) signal('SIGCONT');
      await stop(running.started, 5_000);
      running.release();
      rmSync(log, { force: true });
    },
  };
  return node;
}

export type KeycloakNode = Awaited<ReturnType<typeof startNode>>;
