import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Started } from '../child.ts';
import { local } from '../paths.ts';
import { Problem } from '../problem.ts';
import { discardContainerData, isEngineThere, obtainImage, startContainer } from './container.ts';
import { missingForDistribution, obtainDistribution } from './distribution.ts';
import { fileDatabase, startInstance } from './instance.ts';
import { image, version } from './settings.ts';

interface Instance {
  port: number;
  hostname: string;
  administrator: { username: string; password: string };
  log: string;
}

export interface DemoKeycloak {
  /** What it is, for the console. */
  description: string;
  start(instance: Instance): Promise<Started>;
  /** To be called once it serves: only then is its data kept for the next start. */
  keepData(): void;
}

/**
 * The Keycloak that `npm run up` runs, whose data outlives it: the distribution where Java and Maven are, else the
 * container; KEYCLOAK=container|distribution forces one. A Problem that says what to install when there is neither.
 */
export async function obtainDemoKeycloak(
  wanted: string | undefined,
  signal: AbortSignal,
): Promise<DemoKeycloak> {
  if (wanted && wanted !== 'container' && wanted !== 'distribution') {
    throw new Problem(`KEYCLOAK is "container" or "distribution", not "${wanted}".`);
  }
  const missing = missingForDistribution();
  if (wanted !== 'container' && missing.length === 0) return asDistribution(signal);
  if (wanted !== 'distribution' && isEngineThere()) return asContainer(signal);
  throw new Problem(explainMissing(wanted, missing));
}

function explainMissing(wanted: string | undefined, missing: string[]): string {
  const install = {
    linux:
      '  apt-get install default-jre-headless maven   (Debian, Ubuntu; elsewhere: Java 17 or newer and maven)',
    darwin: '  brew install openjdk maven',
  }[process.platform as 'linux' | 'darwin'];
  const java = `Keycloak ${version} runs on Java 17 or newer and is fetched by Maven. Missing here: ${missing.join(' and ')}.`;
  const docker = 'As a container it needs a Docker engine, and none answers to `docker version`.';
  if (wanted === 'container')
    return `${docker}\nStart Docker, or run the command without KEYCLOAK=container.`;
  const advice = `Install what is missing\n${install}\n${wanted ? '' : 'or start Docker, '}and run the command again.`;
  return wanted ? `${java}\n${advice}` : `${java}\n${docker}\n${advice}`;
}

const data = join(local, 'keycloak-data');
const containerIsWhole = join(local, 'keycloak-container-data-whole');

/** Deletes what the demo's Keycloak, which must not be running, has stored; the downloaded distribution stays. */
export function deleteDemoData(): void {
  rmSync(data, { recursive: true, force: true });
  if (!existsSync(containerIsWhole)) return;
  if (!isEngineThere()) {
    throw new Problem('The data of the Keycloak container stays until Docker runs and this is called again.');
  }
  discardContainerData();
  rmSync(containerIsWhole);
}

async function asDistribution(signal: AbortSignal): Promise<DemoKeycloak> {
  const distribution = await obtainDistribution(signal);
  const whole = join(data, 'whole');
  return {
    description: `Keycloak ${version}, distribution on Java ${distribution.java.major}`,
    start(instance) {
      // A first start that was cut off leaves a database half made, and a lock in it that Keycloak waits for.
      if (!existsSync(whole)) rmSync(data, { recursive: true, force: true });
      mkdirSync(data, { recursive: true, mode: 0o700 });
      return startInstance(distribution, { ...instance, databaseUrl: fileDatabase(data), appendToLog: true });
    },
    keepData: () => writeFileSync(whole, ''),
  };
}

async function asContainer(signal: AbortSignal): Promise<DemoKeycloak> {
  await obtainImage(signal);
  return {
    description: `Keycloak ${version}, container ${image}`,
    async start(instance) {
      if (!existsSync(containerIsWhole)) discardContainerData();
      return startContainer(instance);
    },
    keepData: () => writeFileSync(containerIsWhole, ''),
  };
}
