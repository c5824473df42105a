import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { announcement } from './announcement.ts';
import { isAlive, isRunning, tail } from './child.ts';
import { clientSecret } from './client-secret.ts';
import { commands } from './commands.mjs';
import { environmentsOf } from './environments.ts';
import { identify } from './lock.mjs';
import { local } from './paths.ts';
import { describeHolder, isFree } from './ports.ts';
import { main, Problem } from './problem.ts';
import { answersOk } from './ready.ts';
import { addressesOf, type Ports, portSettings, readPorts } from './settings.ts';
import { forgetState, readState, type State, stopComponents, writeState } from './state.ts';
import { startSystem } from './system.ts';
import { printWalk } from './walk.ts';

await main(async () => {
  const { detach, walk } = parseArgs({ options: commands.up.options }).values;
  const ports = readPorts(process.env);
  mkdirSync(local, { recursive: true, mode: 0o700 });
  const environments = environmentsOf(ports, clientSecret());
  if (await isRunningAlready(ports)) {
    if (walk) printWalk(addressesOf(ports));
    console.log(announcement(addressesOf(ports), true));
    return 0;
  }
  await requireFreePorts(ports);

  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => interruption.abort(new Problem(`Interrupted by ${signal}.`)));
  }
  const state: State = { ports, components: [], launcher: ownIdentity() };
  writeState(state);
  try {
    await startSystem({
      ports,
      environments,
      signal: interruption.signal,
      onStarted: (component) => {
        state.components.push(component);
        writeState(state);
      },
    });
    interruption.signal.throwIfAborted();
    if (walk) printWalk(addressesOf(ports));
    console.log(announcement(addressesOf(ports), detach));
    if (detach) {
      const { launcher: _, ...unattended } = state;
      writeState(unattended);
      return 0;
    }
    await watch(state, interruption.signal);
  } catch (error) {
    await stopAll(state);
    // An interrupted child tells of it in its own words; the interruption is the reason.
    throw interruption.signal.aborted ? interruption.signal.reason : error;
  }
  await stopAll(state);
  return 0;
});

function ownIdentity() {
  return { pid: process.pid, identity: identify(process.pid) ?? '' };
}

/** Looks what an earlier run left: a whole system is taken as it is, the remains of a broken one are stopped. */
async function isRunningAlready(ports: Ports): Promise<boolean> {
  const earlier = readState();
  if (!earlier) return false;
  const { launcher, components } = earlier;
  if (launcher && isAlive(launcher)) {
    throw new Problem(
      `npm run up is running already, as process ${launcher.pid}.\nPress Ctrl-C there, or stop it with npm run down.`,
    );
  }
  if (await isWhole(earlier)) {
    const samePorts = portSettings.every(({ of }) => ports[of] === earlier.ports[of]);
    if (!samePorts)
      throw new Problem('Everything is already running, on other ports. Stop it first: npm run down');
    console.log(
      'Everything is already running in the background. To restart it: npm run down, then npm run up.',
    );
    return true;
  }
  if (components.some(isRunning)) {
    console.log('An earlier run did not end well; clearing up what it left.');
    await stopComponents(components);
  }
  forgetState();
  return false;
}

async function isWhole({ launcher, components, ports }: State): Promise<boolean> {
  if (launcher || components.length < portSettings.length || !components.every(isRunning)) return false;
  const { keycloak, service, tenantApi } = addressesOf(ports);
  const probes = [`${keycloak}/health/ready`, `${service}/readyz`, `${tenantApi}/livez`];
  return (await Promise.all(probes.map(answersOk))).every(Boolean);
}

async function requireFreePorts(ports: Ports): Promise<void> {
  const problems: string[] = [];
  for (const { of, variable } of portSettings) {
    const port = ports[of];
    if (await isFree(port)) continue;
    const holder = describeHolder(port) ?? 'another process (whose, the system does not tell this user)';
    problems.push(
      `Port ${port} is taken by ${holder}.\n  Stop that, or choose another port: ${variable}=${port + 100} npm run up`,
    );
  }
  if (problems.length > 0) throw new Problem(problems.join('\n'));
}

/** Returns on an interruption; a Problem when something that was started ends by itself. */
async function watch({ components }: State, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const ended = components.find((component) => !isRunning(component));
    if (ended) throw new Problem(`Stopped, because ${ended.name} ended by itself.\n${tail(ended.log)}`);
    await sleep(500, undefined, { signal }).catch(() => undefined);
  }
}

async function stopAll({ components }: State): Promise<void> {
  await stopComponents(components);
  forgetState();
}
