import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asAdministrator } from './administrator.ts';
import { run, startInBackground, tail } from './child.ts';
import { clientSecret } from './client-secret.ts';
import { loadDemoData } from './demo-data.ts';
import { obtainDemoKeycloak } from './keycloak/for-demo.ts';
import { waitForKeycloak } from './keycloak/instance.ts';
import { logFile, root } from './paths.ts';
import { Problem } from './problem.ts';
import { withProgress } from './progress.ts';
import { waitUntilReady } from './ready.ts';
import { type Addresses, addressesOf, administrator, type Ports, realm } from './settings.ts';
import type { Component } from './state.ts';

const SERVICE_READY_TIMEOUT_MS = 60_000;

interface Launch {
  ports: Ports;
  signal: AbortSignal;
  /** Told of each process as soon as it runs, before it is ready. */
  onStarted: (component: Component) => void;
}

/** Starts Keycloak, provisions it, loads the demo data, starts the two services; done when all of it is ready. */
export async function startSystem({ ports, signal, onStarted }: Launch): Promise<void> {
  const addresses = addressesOf(ports);
  await startKeycloak({ ports, signal, onStarted }, addresses.keycloak);
  await withProgress(`Provisioning the realm ${realm}`, () => provision(addresses, signal));
  const { clientIsNew } = await withProgress('Loading the demo data', () =>
    loadDemoData(asAdministrator(addresses.keycloak)),
  );
  // Clients that came since provisioning are within the service's reach until it runs again.
  if (clientIsNew) await withProgress('Protecting the demo client', () => provision(addresses, signal));
  signal.throwIfAborted();
  await withProgress('Starting the service and the example tenant API', () =>
    Promise.all(
      services(ports, addresses).map((service) => startService(service, { ports, signal, onStarted })),
    ),
  );
}

async function startKeycloak({ ports, signal, onStarted }: Launch, url: string): Promise<void> {
  const keycloak = await obtainDemoKeycloak(process.env.KEYCLOAK, signal);
  const log = logFile('keycloak');
  await withProgress(`Starting ${keycloak.description}`, async () => {
    const started = await keycloak.start({ port: ports.keycloak, hostname: url, administrator, log });
    onStarted({ ...started, name: 'Keycloak', log });
    await waitForKeycloak(started, url, log, signal);
  });
  keycloak.keepData();
}

async function provision({ keycloak, service }: Addresses, signal: AbortSignal): Promise<void> {
  const log = logFile('provision');
  let output = '';
  const code = await run(process.execPath, [join(root, 'src', 'provision.ts')], {
    cwd: root,
    env: {
      ...inherited(),
      KEYCLOAK_URL: keycloak,
      KEYCLOAK_REALM: realm,
      KEYCLOAK_ADMIN_USERNAME: administrator.username,
      KEYCLOAK_ADMIN_PASSWORD: administrator.password,
      KEYCLOAK_CLIENT_SECRET: clientSecret(),
      FRONTEND_REDIRECT_URIS: `${service}/*`,
    },
    signal,
    onOutput: (text) => {
      output += text;
    },
  });
  writeFileSync(log, output, { mode: 0o600 });
  if (code !== 0) throw new Problem(`Provisioning failed.\n${tail(log)}`);
}

interface Service {
  name: string;
  script: string;
  log: string;
  env: Record<string, string>;
  readyUrl: string;
}

function services(ports: Ports, addresses: Addresses): Service[] {
  return [
    {
      name: 'the service',
      script: 'src/server.ts',
      log: logFile('service'),
      env: {
        HOST: '127.0.0.1',
        PORT: String(ports.service),
        PUBLIC_URL: addresses.service,
        KEYCLOAK_URL: addresses.keycloak,
        KEYCLOAK_REALM: realm,
        KEYCLOAK_CLIENT_SECRET: clientSecret(),
      },
      readyUrl: `${addresses.service}/readyz`,
    },
    {
      name: 'the tenant API',
      script: 'examples/tenant-api/server.ts',
      log: logFile('tenant-api'),
      env: {
        HOST: '127.0.0.1',
        PORT: String(ports.tenantApi),
        ISSUER: `${addresses.keycloak}/realms/${realm}`,
      },
      readyUrl: `${addresses.tenantApi}/livez`,
    },
  ];
}

async function startService(
  { name, script, log, env, readyUrl }: Service,
  { signal, onStarted }: Launch,
): Promise<void> {
  const started = await startInBackground({
    command: process.execPath,
    args: [join(root, script)],
    env: { ...inherited(), ...env },
    cwd: root,
    log,
  });
  onStarted({ ...started, name, log });
  const timeoutMs = SERVICE_READY_TIMEOUT_MS;
  await waitUntilReady({ name, url: readyUrl, log, started, timeoutMs, signal });
}

/** The environment without what was exported for another Keycloak: the launcher's own has to win whole. */
function inherited(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('KEYCLOAK')));
}
