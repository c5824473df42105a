import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { vi } from 'vitest';
import { answersOk } from '../../dev/ready.ts';
import { type Run, runCommand } from '../support/run-command.ts';

const root = join(import.meta.dirname, '..', '..');
const minutes = 60_000;

/** `docker compose`, or docker-compose where the engine's client has no such command. */
const hasPlugin = spawnSync('docker', ['compose', 'version']).status === 0;
const shim = hasPlugin
  ? ''
  : 'docker() { if [ "$1" = compose ]; then shift; command docker-compose "$@"; else command docker "$@"; fi; }\n';

/**
 * What is committed and changed of the checkout, in a folder, under a project name and on ports of its own. Containers,
 * data and the folder are gone when it is disposed of; images stay.
 * @param entry by what everybody reaches Keycloak: the only node, or the balancer of the profile `cluster`
 */
export async function composeProject(
  settings: Record<string, string> = {},
  entry: 'keycloak' | 'balancer' = 'keycloak',
) {
  const folder = mkdtempSync(join(tmpdir(), 'orki-compose-'));
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
  });
  for (const file of list.toString().split('\0').filter(Boolean)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(root, file), join(folder, file));
  }
  const [port, entryPort, tenantApiPort, nodePort] = await freePorts(4);
  const project = `orki-test-${process.pid}`;
  const keycloak = `http://127.0.0.1:${entryPort}`;
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    COMPOSE_PROJECT_NAME: project,
    PORT: String(port),
    KEYCLOAK_PORT: String(entry === 'keycloak' ? entryPort : nodePort),
    ...(entry === 'balancer' && { BALANCER_PORT: String(entryPort) }),
    TENANT_API_PORT: String(tenantApiPort),
    KEYCLOAK_URL: keycloak,
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    ...settings,
  };
  const service = `http://127.0.0.1:${port}`;

  /** Runs lines of a shell in the project's folder, as a person does. */
  function shell(script: string, more: Record<string, string> = {}): Promise<Run> {
    return runCommand('bash', ['-ec', shim + script], { cwd: folder, env: { ...env, ...more } });
  }
  async function must(script: string, more?: Record<string, string>): Promise<string> {
    const { code, output } = await shell(script, more);
    if (code !== 0) throw new Error(`${script}\nexit code ${code}\n${output}`);
    return output;
  }

  return {
    folder,
    keycloak,
    service,
    env,
    shell,
    must,
    /** Runs `npm run demo` of this checkout against the project. */
    demo: () => must(`cd '${process.cwd()}' && node dev/run.mjs demo`, { KEYCLOAK_PORT: String(entryPort) }),
    secret: (name: string) => readFileSync(join(folder, '.secrets', name), 'utf8'),
    /** The lines for a shell that docs/operations.md has below that heading. */
    documented: (heading: string) => documented(heading),
    async ready() {
      await vi.waitFor(
        async () => {
          // The service stays ready while Keycloak starts anew.
          for (const url of [`${keycloak}/realms/orki`, `${service}/readyz`]) {
            if (!(await answersOk(url))) throw new Error(`not ready: ${url}`);
          }
        },
        { timeout: 5 * minutes, interval: 500 },
      );
    },
    /** The project's containers as the engine describes them. */
    async containers(): Promise<Container[]> {
      const ids = await must(`docker ps --all --quiet --filter label=com.docker.compose.project=${project}`);
      return JSON.parse(await must(`docker inspect ${ids.trim().split(/\s+/).join(' ')}`));
    },
    async [Symbol.asyncDispose]() {
      await shell(
        'docker compose --profile demo --profile cluster down --volumes --remove-orphans --timeout 5',
      );
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type ComposeProject = Awaited<ReturnType<typeof composeProject>>;

export interface Container {
  readonly Name: string;
  readonly Config: { Image: string; User: string; Labels: Record<string, string>; Env: string[] };
  readonly State: { Status: string; ExitCode: number; Health?: { Status: string } };
  readonly HostConfig: {
    ReadonlyRootfs: boolean;
    CapDrop: string[];
    SecurityOpt: string[];
    Memory: number;
    PidsLimit: number;
    PortBindings: Record<string, { HostIp: string }[]>;
  };
}

export const nameOf = ({ Config }: Container): string => Config.Labels['com.docker.compose.service'] ?? '';

function documented(heading: string): string {
  const page = readFileSync(join(root, 'docs', 'operations.md'), 'utf8');
  const [, section] = page.split(new RegExp(`^#+ ${heading}$`, 'm'));
  const blocks = [...(section?.split(/^#+ /m)[0] ?? '').matchAll(/```sh\n(.*?)```/gs)];
  if (blocks.length === 0) throw new Error(`docs/operations.md has no commands below "${heading}"`);
  return blocks.map(([, lines]) => lines).join('');
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  try {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.on('listening', resolve))));
    return servers.map((server) => (server.address() as { port: number }).port);
  } finally {
    for (const server of servers) server.close();
  }
}
