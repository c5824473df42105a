import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { run, tail } from '../child.ts';
import { withLock } from '../lock.mjs';
import { local, logFile } from '../paths.ts';
import { Problem } from '../problem.ts';
import { withProgress } from '../progress.ts';
import { findJava, findOnPath, type Java } from './java.ts';
import { buildOptions, type Database, type HealthPort, mavenArtifact, version } from './settings.ts';

const MAVEN_GOAL = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:unpack';

export interface Distribution {
  home: string;
  java: Java;
}

const store = join(local, 'keycloak');

/** Other build options make another folder: an instance that runs is never rebuilt under its feet. */
function homeFor(database: Database | undefined, health: HealthPort | undefined): string {
  const fingerprint = createHash('sha256')
    .update(buildOptions(database, health).join(' '))
    .digest('hex')
    .slice(0, 8);
  return join(store, `${version}-${fingerprint}`);
}

/** What this machine lacks for running the distribution, in words for a list; empty when it can. */
export function missingForDistribution(database?: Database, health?: HealthPort): string[] {
  const missing: string[] = [];
  if (!findJava()) missing.push('Java 17 or newer');
  if (!existsSync(homeFor(database, health)) && !findMaven()) missing.push('Maven');
  return missing;
}

/**
 * The unpacked and built distribution, fetched from Maven's repositories when it is not there yet. What is in its
 * place is always whole: it is made in a temporary folder and renamed.
 */
export async function obtainDistribution(
  signal?: AbortSignal,
  database?: Database,
  health?: HealthPort,
): Promise<Distribution> {
  const home = homeFor(database, health);
  const java = findJava();
  if (!java) throw new Problem('Java 17 or newer is needed for the Keycloak distribution.');
  if (!existsSync(home)) {
    await withLock(
      join(local, 'keycloak.lock'),
      (pid) => console.log(`Waiting for process ${pid}, which is fetching Keycloak …`),
      async () => {
        if (!existsSync(home)) await make(home, buildOptions(database, health), java, signal);
      },
    );
  }
  return { home, java };
}

async function make(
  home: string,
  options: string[],
  java: Java,
  signal: AbortSignal | undefined,
): Promise<void> {
  mkdirSync(store, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(store)) {
    if (name.startsWith('unfinished-')) rmSync(join(store, name), { recursive: true, force: true });
  }
  const unfinished = join(store, `unfinished-${process.pid}`);
  try {
    await download(unfinished, java, signal);
    const unpacked = join(unfinished, `keycloak-${version}`);
    await build(unpacked, options, java, signal);
    renameSync(unpacked, home);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

async function download(folder: string, java: Java, signal: AbortSignal | undefined): Promise<void> {
  const label = `Getting Keycloak ${version} with Maven (177 MB unless Maven has it)`;
  const first = await withProgress(label, (detail) => unpack(folder, java, detail, [], signal));
  if (first.whole) return;
  signal?.throwIfAborted();
  // Maven trusts an archive that it has once stored, so a broken one would stay broken: fetch it past the store.
  const repository = join(folder, 'repository');
  const again = `${label}, again: the first copy is not whole`;
  const second = first.isArchiveBroken
    ? await withProgress(again, (detail) =>
        unpack(folder, java, detail, [`-Dmaven.repo.local=${repository}`], signal),
      )
    : first;
  if (!second.whole) {
    throw new Problem(
      `Maven could not get ${mavenArtifact}.\n${tail(logFile('maven'))}\n` +
        'Check the connection to Maven Central (proxies and mirrors go into ~/.m2/settings.xml) and run the command again: nothing half-done is kept.',
    );
  }
}

async function unpack(
  folder: string,
  java: Java,
  detail: (text: string) => void,
  more: string[],
  signal: AbortSignal | undefined,
): Promise<{ whole: boolean; isArchiveBroken: boolean }> {
  const maven = findMaven();
  if (!maven) throw new Problem('Maven is needed to fetch the Keycloak distribution.');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  let output = '';
  const code = await run(
    maven,
    // -C: a wrong checksum is an error. -U: an earlier failure is not remembered. Without -B it reports bytes.
    [
      '-C',
      '-U',
      '-Dstyle.color=never',
      ...more,
      MAVEN_GOAL,
      `-Dartifact=${mavenArtifact}`,
      `-DoutputDirectory=${folder}`,
    ],
    {
      // Away from any pom.xml, and where the folders that the plugin leaves behind go away again.
      cwd: folder,
      env: { ...process.env, JAVA_HOME: java.home },
      ...(signal && { signal }),
      onOutput: (text) => {
        output += text;
        const bytes = /.*Progress \(\d+\): ([^\r\n]*)/s.exec(text)?.[1];
        if (bytes) detail(bytes.trim());
        else if (text.includes('Unpacking ')) detail('unpacking');
      },
    },
  );
  writeFileSync(logFile('maven'), output.replace(/[^\n]*\r(?!\n)/g, ''));
  const unpacked = join(folder, `keycloak-${version}`);
  const whole = code === 0 && existsSync(join(unpacked, 'bin', 'kc.sh'));
  return { whole, isArchiveBroken: !whole && /Error unpacking file|ZipException/.test(output) };
}

async function build(
  unpacked: string,
  options: string[],
  java: Java,
  signal: AbortSignal | undefined,
): Promise<void> {
  let output = '';
  const code = await withProgress('Building Keycloak for its options', () =>
    run(join(unpacked, 'bin', 'kc.sh'), ['build', ...options], {
      env: keycloakEnvironment(java),
      ...(signal && { signal }),
      onOutput: (text) => {
        output += text;
      },
    }),
  );
  writeFileSync(logFile('keycloak-build'), output);
  if (code !== 0) {
    throw new Problem(
      `kc.sh build failed on Java ${java.major} (${java.home}).\n${tail(logFile('keycloak-build'))}`,
    );
  }
}

/** The environment for kc.sh: that Java, and none of the settings that someone exported for another Keycloak. */
export function keycloakEnvironment(java: Java): NodeJS.ProcessEnv {
  const foreign = /^(KC_|JAVA_OPTS|JAVA$|JAVA_ADD_OPENS$|DEBUG)/;
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return { ...Object.fromEntries(kept), JAVA_HOME: java.home };
}

function findMaven(): string | undefined {
  const places = [process.env.PATH, `${process.env.MAVEN_HOME ?? '/opt/maven'}/bin`];
  places.push(join(homedir(), '.sdkman/candidates/maven/current/bin'));
  return places.map((path) => findOnPath('mvn', path)).find((found) => found !== undefined);
}
