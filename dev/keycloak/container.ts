import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { run, type Started, startInBackground } from '../child.ts';
import { root } from '../paths.ts';
import { Problem } from '../problem.ts';
import { withProgress } from '../progress.ts';
import { bootstrapAdministrator, buildOptions, image, logTimes, startOptions } from './settings.ts';

// One for each checkout.
const name = `orki-keycloak-${createHash('sha256').update(root).digest('hex').slice(0, 8)}`;
const volume = `${name}-data`;
const label = 'orki.options';

/** Whether a Docker engine answers the docker command. */
export function isEngineThere(): boolean {
  return docker('version', '--format', '{{.Server.Version}}').status === 0;
}

/** Makes the image be there. A Problem when it can't be pulled. */
export async function obtainImage(signal?: AbortSignal): Promise<void> {
  if (docker('image', 'inspect', image).status === 0) return;
  let output = '';
  const code = await withProgress(`Pulling ${image}`, () =>
    run('docker', ['pull', image], {
      ...(signal && { signal }),
      onOutput: (text) => {
        output += text;
      },
    }),
  );
  if (code !== 0) {
    throw new Problem(
      `${image} could not be pulled.\n${output.trim()}\nCheck the connection to the registry and run the command again.`,
    );
  }
}

/** Deletes the container of this checkout and its data. */
export function discardContainerData(): void {
  docker('rm', '--force', name);
  docker('volume', 'rm', '--force', volume);
}

/**
 * Starts Keycloak in a container on that port of 127.0.0.1, reusing the container of an earlier start, whose build
 * for its options takes half a minute. The process is docker's client: it ends with the container, and passes on
 * the signals that stop it.
 */
export function startContainer(options: {
  port: number;
  hostname: string;
  administrator: { username: string; password: string };
  log: string;
}): Promise<Started> {
  const { port, hostname, administrator, log } = options;
  const environment = {
    ...bootstrapAdministrator(administrator.username, administrator.password),
    ...logTimes,
  };
  const command = ['start', ...buildOptions(), ...startOptions({ host: '0.0.0.0', port: 8080, hostname })];
  const fingerprint = createHash('sha256')
    .update([image, port, ...command].join(' '))
    .digest('hex');
  // Left running by a launcher that was killed, a container would not start a second time.
  docker('stop', name);
  const existing = docker('inspect', '--format', `{{index .Config.Labels "${label}"}}`, name).stdout.trim();
  const create = [
    ...['--name', name, '--label', `${label}=${fingerprint}`],
    ...['--publish', `127.0.0.1:${port}:8080`, '--volume', `${volume}:/opt/keycloak/data`],
    ...Object.keys(environment).flatMap((variable) => ['--env', variable]),
    ...[image, ...command],
  ];
  if (existing !== fingerprint) docker('rm', '--force', name);
  return startInBackground({
    command: 'docker',
    args: existing === fingerprint ? ['start', '--attach', name] : ['run', ...create],
    env: { ...process.env, ...environment },
    cwd: root,
    log,
    appendToLog: true,
  });
}

function docker(...args: string[]) {
  const { status, stdout } = spawnSync('docker', args, { encoding: 'utf8', timeout: 30_000 });
  return { status, stdout: stdout ?? '' };
}
