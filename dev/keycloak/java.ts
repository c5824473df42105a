import { spawnSync } from 'node:child_process';
import { accessSync, constants, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { oldestJava } from './settings.ts';

export interface Java {
  home: string;
  major: number;
}

/**
 * The Java to run Keycloak and Maven on: JAVA_HOME's or the PATH's if new enough, else the newest found where
 * systems and version managers keep them; undefined when there is none.
 */
export function findJava(env: NodeJS.ProcessEnv = process.env): Java | undefined {
  const chosen = [env.JAVA_HOME, homeOnPath(env.PATH)];
  for (const home of chosen) {
    const java = home ? inspect(home) : undefined;
    if (java && java.major >= oldestJava) return java;
  }
  return installedJavas()[0];
}

/** Every Java on which Keycloak runs, where systems and version managers keep them, the newest first. */
export const installedJavas = (): Java[] =>
  installedHomes()
    .map(inspect)
    .filter((java) => java !== undefined)
    .filter((java) => java.major >= oldestJava)
    .sort((a, b) => b.major - a.major);

/** The major version in what `java -version` or a JDK's `release` file says: 8 for 1.8, 17 for 17.0.15. */
export function parseJavaMajor(text: string): number | undefined {
  const match = /(?:version |JAVA_VERSION=)"(?:1\.)?(\d+)/.exec(text);
  return match ? Number(match[1]) : undefined;
}

/** An executable of that name in one of the folders of PATH. */
export function findOnPath(name: string, path = process.env.PATH ?? ''): string | undefined {
  return path
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function homeOnPath(path: string | undefined): string | undefined {
  const java = findOnPath('java', path);
  // /usr/bin/java of macOS is a stub without a home around it; `inspect` finds no Java there.
  return java && dirname(dirname(realpathSync(java)));
}

function inspect(home: string): Java | undefined {
  const executable = join(home, 'bin', 'java');
  if (!isExecutable(executable)) return undefined;
  let major: number | undefined;
  try {
    major = parseJavaMajor(readFileSync(join(home, 'release'), 'utf8'));
  } catch {
    // Not every build has the file.
  }
  major ??= parseJavaMajor(
    spawnSync(executable, ['-version'], { encoding: 'utf8', timeout: 10_000 }).stderr ?? '',
  );
  return major === undefined ? undefined : { home, major };
}

function installedHomes(): string[] {
  const folders: [folder: string, inside: string][] = [
    ['/usr/lib/jvm', ''],
    ['/usr/java', ''],
    ['/opt', ''],
    ['/opt/java', ''],
    ['/Library/Java/JavaVirtualMachines', 'Contents/Home'],
    ['/opt/homebrew/opt', 'libexec/openjdk.jdk/Contents/Home'],
    ['/usr/local/opt', 'libexec/openjdk.jdk/Contents/Home'],
    [join(homedir(), 'Library/Java/JavaVirtualMachines'), 'Contents/Home'],
    [join(homedir(), '.sdkman/candidates/java'), ''],
    [join(homedir(), '.jdks'), ''],
    [join(homedir(), '.local/share/mise/installs/java'), ''],
    [join(homedir(), '.asdf/installs/java'), ''],
  ];
  return folders.flatMap(([folder, inside]) => list(folder).map((name) => join(folder, name, inside)));
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
