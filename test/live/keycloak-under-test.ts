import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import type { TestProject } from 'vitest/node';
import { stop } from '../../dev/child.ts';
import { endWithThisProcess } from '../../dev/guard.ts';
import { missingForDistribution, obtainDistribution } from '../../dev/keycloak/distribution.ts';
import {
  listeningAddress,
  memoryDatabase,
  READY_TIMEOUT_MS,
  startInstance,
  waitForKeycloak,
} from '../../dev/keycloak/instance.ts';
import {
  bootstrapAdministrator,
  buildOptions,
  image,
  startOptions,
  version,
} from '../../dev/keycloak/settings.ts';
import { logFile } from '../../dev/paths.ts';

export interface KeycloakUnderTest {
  url: string;
  adminUsername: string;
  adminPassword: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    keycloak: KeycloakUnderTest;
  }
}

interface Running {
  url: string;
  stop(): Promise<void>;
}

// Others on this machine can reach it for as long as the tests run: no well-known password.
const administrator = { username: 'admin', password: randomBytes(18).toString('base64url') };

/**
 * Gives the live tests a Keycloak of their own with nothing in it: a container where a Docker engine has the image
 * or can pull it, else the distribution. KEYCLOAK=container|distribution forces one.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const running = await start(process.env.KEYCLOAK);
  project.provide('keycloak', {
    url: running.url,
    adminUsername: administrator.username,
    adminPassword: administrator.password,
  });
  return running.stop;
}

async function start(wanted: string | undefined): Promise<Running> {
  if (wanted === 'container') return startContainer();
  if (wanted === 'distribution') return startDistribution('as KEYCLOAK says');
  if (wanted) throw new Error(`KEYCLOAK is "container" or "distribution", not "${wanted}"`);
  const obstacle = await obstacleToContainer();
  return obstacle === undefined ? startContainer() : startDistribution(obstacle);
}

/** Removes what a run that was killed left behind. Named here, because whether it can be had is asked for. */
const reaperImage = 'testcontainers/ryuk:0.14.0';

/** Why a container can't be had; undefined when it can, the image being there then. */
async function obstacleToContainer(): Promise<string | undefined> {
  const { getContainerRuntimeClient } = await import('testcontainers');
  const engine = await getContainerRuntimeClient().catch(() => undefined);
  if (!engine) return 'no Docker engine answers';
  return (await canHave(image)) ? undefined : `${image} can't be pulled`;
}

async function canHave(wanted: string): Promise<boolean> {
  const { getContainerRuntimeClient, ImageName } = await import('testcontainers');
  const engine = await getContainerRuntimeClient();
  const name = ImageName.fromString(wanted);
  try {
    if (!(await engine.image.exists(name))) await engine.image.pull(name);
    return true;
  } catch {
    return false;
  }
}

async function startContainer(): Promise<Running> {
  // Some engines give IPv4 and IPv6 ports of their own, and `localhost` may be either.
  process.env.TESTCONTAINERS_HOST_OVERRIDE ??= '127.0.0.1';
  process.env.RYUK_CONTAINER_IMAGE ??= reaperImage;
  if (!(await canHave(process.env.RYUK_CONTAINER_IMAGE))) process.env.TESTCONTAINERS_RYUK_DISABLED = 'true';
  const { GenericContainer, Wait } = await import('testcontainers');

  /** Testcontainers publishes ports to the whole network. */
  class LoopbackContainer extends GenericContainer {
    protected override async beforeContainerCreated(): Promise<void> {
      const bindings: Record<string, object[]> = this.hostConfig.PortBindings ?? {};
      this.hostConfig.PortBindings = Object.fromEntries(
        Object.entries(bindings).map(([port, hosts]) => [
          port,
          hosts.map((host) => ({ ...host, HostIp: '127.0.0.1' })),
        ]),
      );
    }
  }

  console.log(`Keycloak ${version} under test: container ${image}`);
  const container = await new LoopbackContainer(image)
    .withCommand(['start', ...buildOptions(), ...startOptions({ host: '0.0.0.0', port: 8080 })])
    .withEnvironment(bootstrapAdministrator(administrator.username, administrator.password))
    .withExposedPorts(8080)
    .withWaitStrategy(Wait.forHttp('/health/ready', 8080))
    .withStartupTimeout(READY_TIMEOUT_MS)
    .start();
  return {
    url: `http://${container.getHost()}:${container.getMappedPort(8080)}`,
    stop: async () => {
      await container.stop();
    },
  };
}

async function startDistribution(reason: string): Promise<Running> {
  const missing = missingForDistribution();
  if (missing.length > 0) {
    throw new Error(`The live tests need a Docker engine, or else ${missing.join(' and ')} (${reason}).`);
  }
  const distribution = await obtainDistribution();
  console.log(`Keycloak ${version} under test: distribution on Java ${distribution.java.major} (${reason})`);
  const log = logFile(`keycloak-under-test-${process.pid}`);
  const started = await startInstance(distribution, {
    port: 0,
    databaseUrl: memoryDatabase,
    administrator,
    log,
  });
  // The data is in memory and needs no clearing up.
  const release = endWithThisProcess(started, log);
  try {
    const url = await listeningAddress(started, log);
    await waitForKeycloak(started, url, log);
    return {
      url,
      stop: async () => {
        await stop(started);
        release();
        rmSync(log, { force: true });
      },
    };
  } catch (error) {
    await stop(started);
    release();
    throw error;
  }
}
