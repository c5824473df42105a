import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDependencies } from '../dependencies.mjs';
import { findJava } from '../keycloak/java.ts';
import { must } from '../must.ts';
import { local, root } from '../paths.ts';
import { Problem } from '../problem.ts';

const samples = join(root, 'examples', 'integrators');

export interface Sample {
  readonly name: string;
  /** Fetches its libraries and compiles it; gives the command that runs it. */
  prepare(): Promise<readonly [command: string, ...args: string[]]>;
}

/** The integrators' samples, each with what it takes to run it. */
export const integratorSamples: readonly Sample[] = [
  {
    name: 'Node, openid-client',
    async prepare() {
      const folder = join(samples, 'node');
      await ensureDependencies(folder);
      return [process.execPath, join(folder, 'main.mjs')];
    },
  },
  {
    name: 'Python, Authlib',
    async prepare() {
      const folder = join(samples, 'python');
      const environment = join(local, 'integrators-python');
      const python = join(environment, 'bin', 'python');
      if (!existsSync(python)) await must('python3', ['-m', 'venv', environment], folder);
      const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
      await must(python, [...install, '--requirement', join(folder, 'requirements.txt')], folder);
      return [python, join(folder, 'main.py')];
    },
  },
  {
    name: 'Go, golang.org/x/oauth2',
    async prepare() {
      const program = join(local, 'integrators-go');
      await must('go', ['build', '-o', program, '.'], join(samples, 'go'));
      return [program];
    },
  },
  {
    name: 'Java, Nimbus',
    async prepare() {
      const folder = join(samples, 'java');
      const java = findJava();
      if (!java) throw new Problem('The sample in Java needs Java 17 or newer.');
      const goals = ['compile', 'dependency:build-classpath', '-Dmdep.outputFile=target/classpath'];
      await must('mvn', ['--batch-mode', '--quiet', ...goals], folder, { JAVA_HOME: java.home });
      const libraries = readFileSync(join(folder, 'target', 'classpath'), 'utf8').trim();
      const classes = join(folder, 'target', 'classes');
      return [join(java.home, 'bin', 'java'), '-cp', `${classes}:${libraries}`, 'Integration'];
    },
  },
];
