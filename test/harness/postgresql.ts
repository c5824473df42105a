import { execFile, spawnSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { isRunning, type Started, startInBackground, tail } from '../../dev/child.ts';
import { endWithThisProcess } from '../../dev/guard.ts';
import { findOnPath } from '../../dev/keycloak/java.ts';
import { local, logFile } from '../../dev/paths.ts';
import { Problem } from '../../dev/problem.ts';
import { freePort } from '../support/free-port.ts';

const READY_TIMEOUT_MS = 60_000;
const superuser = 'keycloak';

/**
 * A PostgreSQL on 127.0.0.1, gone with all its data when it is disposed of. It begins as the one of that name that was
 * kept, else with nothing in it.
 * @param more settings of PostgreSQL's own, such as `work_mem=8MB`
 */
export async function startPostgreSql(name: string, more: readonly string[] = []) {
  const folder = mkdtempSync(join(tmpdir(), 'orki-postgresql-'));
  const data = join(folder, 'data');
  const user = unprivilegedUser();
  mkdirSync(data, { mode: 0o700 });
  if (user) for (const path of [folder, data]) chownSync(path, user.uid, user.gid);
  const kept = join(local, `postgresql-${majorVersion()}-${name}`);
  if (existsSync(kept)) {
    execute('cp', ['-a', `${kept}/.`, data], folder);
  } else {
    const options = ['--auth=trust', '--no-sync', '--encoding=UTF8', '--locale=C'];
    execute(program('initdb'), ['-D', data, '-U', superuser, ...options], folder, user);
  }

  const port = await freePort();
  const log = logFile(`postgresql-${process.pid}`);
  const settings = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    `unix_socket_directories=${folder}`,
    // Two Keycloaks with their pools of a hundred, and those that look.
    'max_connections=250',
    // Guards against the machine's crash alone, which these runs don't play; a killed server recovers without it.
    'fsync=off',
    ...more,
  ];
  const args = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])];

  async function start() {
    const started = await startInBackground({
      command: program('postgres'),
      args,
      env: process.env,
      cwd: folder,
      log,
      ...(user && { user }),
    });
    const release = endWithThisProcess(started, folder);
    await ready(started, log);
    return { started, release };
  }

  const session = ['-Xq', '-h', '127.0.0.1', '-p', String(port), '-U', superuser, 'postgres'];
  let running = await start();
  async function end(signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
    running.release();
    process.kill(running.started.pid, signal);
    while (isRunning(running.started)) await sleep(20);
  }

  return {
    jdbcUrl: `jdbc:postgresql://127.0.0.1:${port}/postgres`,
    user: superuser,
    /** The rows that a query yields, past every cache. */
    async query<Row>(sql: string): Promise<Row[]> {
      const asJson = `select coalesce(json_agg(row), '[]') from (${sql}) row`;
      const args = [...session, '-At', '-c', asJson];
      const { stdout } = await promisify(execFile)(program('psql'), args, { maxBuffer: 64 * 1024 * 1024 });
      return JSON.parse(stdout);
    },
    /** Carries out a script of psql's. */
    async execute(script: string): Promise<void> {
      const psql = promisify(execFile)(program('psql'), [...session, '-v', 'ON_ERROR_STOP=1']);
      psql.child.stdin?.end(script);
      await psql;
    },
    /** Whether others can begin with one of this name. */
    isKept: (): boolean => existsSync(kept),
    /** Keeps what is in it for others to begin with; it is away for a moment. */
    async keep(): Promise<void> {
      await end('SIGINT');
      const unfinished = `${kept}-unfinished-${process.pid}`;
      execute('cp', ['-a', data, unfinished], folder);
      // Another run may have kept its own meanwhile; one is as good as the other.
      if (existsSync(kept)) rmSync(unfinished, { recursive: true });
      else renameSync(unfinished, kept);
      running = await start();
    },
    /** Cuts off every session without a checkpoint (immediate mode) and starts again, with recovery. */
    async restartAtOnce(): Promise<void> {
      await end('SIGQUIT');
      running = await start();
    },
    async [Symbol.asyncDispose]() {
      await end('SIGINT');
      rmSync(folder, { recursive: true, force: true });
      rmSync(log, { force: true });
    },
  };
}

export type PostgreSql = Awaited<ReturnType<typeof startPostgreSql>>;

async function ready(started: Started, log: string): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (!readFileSync(log, 'utf8').includes('ready to accept connections')) {
    if (!isRunning(started) || Date.now() > deadline) {
      throw new Problem(`PostgreSQL did not start.\n${tail(log)}`);
    }
    await sleep(50);
  }
}

function execute(
  command: string,
  args: string[],
  cwd: string,
  user: { uid: number; gid: number } | undefined = undefined,
) {
  const done = spawnSync(command, args, { cwd, encoding: 'utf8', ...user });
  if (done.status !== 0) throw new Problem(`${command} failed.\n${done.stderr ?? done.error?.message}`);
  return done.stdout;
}

const majorVersion = (): string =>
  /\d+/.exec(execute(program('postgres'), ['--version'], tmpdir()))?.[0] ?? '';

/** Debian keeps the server's programs off the path, a folder for each version. */
function program(name: string): string {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const path = [process.env.PATH, ...versions.map((version) => join(debian, version, 'bin'))].join(':');
  const found = findOnPath(name, path);
  if (!found) throw new Problem(`PostgreSQL is needed (apt-get install postgresql): ${name} was not found.`);
  return found;
}

/** PostgreSQL refuses to run as root; undefined for anybody else. */
function unprivilegedUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const [name, , uid, gid] = line.split(':');
    if (name === 'postgres') return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Problem('PostgreSQL refuses to run as root, and there is no user "postgres" to run it as.');
}
