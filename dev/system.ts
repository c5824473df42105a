import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { asAdministrator } from './administrator.ts';
import { run, startInBackground, tail } from './child.ts';
import { commands } from './commands.mjs';
import { loadDemoData } from './demo-data.ts';
import type { Environments } from './environments.ts';
import { obtainDemoKeycloak } from './keycloak/for-demo.ts';
import { waitForKeycloak } from './keycloak/instance.ts';
import { buildSettingsPage } from './page-build.ts';
import { logFile, root } from './paths.ts';
import { Problem } from './problem.ts';
import { withProgress } from './progress.ts';
import { waitUntilReady } from './ready.ts';
import { type Addresses, addressesOf, administrator, type Ports, realm } from './settings.ts';
import type { Component } from './state.ts';

const SERVICE_READY_TIMEOUT_MS = 60_000;

interface Launch {
  ports: Ports;
  environments: Environments;
  signal: AbortSignal;
  /** Told of each process as soon as it runs, before it is ready. */
  onStarted: (component: Component) => void;
}

/** Starts Keycloak, provisions it, loads the demo data, starts the two services; done when all of it is ready. */
export async function startSystem(launch: Launch): Promise<void> {
  const { ports, environments, signal } = launch;
  const addresses = addressesOf(ports);
  await buildSettingsPage(signal);
  const provisionRealm = () => provision(environments.provisioning, signal);
  await startKeycloak(launch, addresses.keycloak);
  await withProgress(`Provisioning the realm ${realm}`, provisionRealm);
  const { clientIsNew } = await withProgress('Loading the demo data', () =>
    loadDemoData(asAdministrator(addresses.keycloak)),
  );
  // Clients that came since provisioning are within the service's reach until it runs again.
  if (clientIsNew) await withProgress('Protecting the demo client', provisionRealm);
  signal.throwIfAborted();
  await withProgress('Starting the service and the example tenant API', () =>
    Promise.all(services(addresses, environments).map((service) => startService(service, launch))),
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

async function provision(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<void> {
  const log = logFile('provision');
  let output = `${new Date().toISOString()} provisioning\n`;
  const code = await run(process.execPath, [join(root, commands.provision.file)], {
    cwd: root,
    env,
    signal,
    onOutput: (text) => {
      output += text;
    },
  });
  appendFileSync(log, output, { mode: 0o600 });
  if (code !== 0) throw new Problem(`Provisioning failed.\n${tail(log)}`);
}

interface Service {
  name: string;
  script: string;
  log: string;
  env: NodeJS.ProcessEnv;
  readyUrl: string;
}

function services({ service, tenantApi }: Addresses, environments: Environments): Service[] {
  return [
    {
      name: 'the service',
      script: 'src/server.ts',
      log: logFile('service'),
      env: environments.service,
      readyUrl: `${service}/readyz`,
    },
    {
      name: 'the tenant API',
      script: 'examples/tenant-api/server.ts',
      log: logFile('tenant-api'),
      env: environments.tenantApi,
      readyUrl: `${tenantApi}/livez`,
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
    env,
    cwd: root,
    log,
    appendToLog: true,
  });
  onStarted({ ...started, name, log });
  const timeoutMs = SERVICE_READY_TIMEOUT_MS;
  await waitUntilReady({ name, url: readyUrl, log, started, timeoutMs, signal });
}
