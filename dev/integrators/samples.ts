import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../child.ts';
import { ensureDependencies } from '../dependencies.mjs';
import { findJava, findOnPath } from '../keycloak/java.ts';
import { local, root } from '../paths.ts';
import { Problem } from '../problem.ts';

const samples = join(root, 'examples', 'integrators');

export type Command = readonly [command: string, ...args: string[]];

/** The commands that run a sample. */
interface SampleCommands {
  readonly use: Command;
  /** Has the account replace its own secret; not in every language. */
  readonly rotate?: Command;
}

export interface Sample {
  readonly name: string;
  /** Fetches its libraries and compiles it; gives the commands that run it. */
  prepare(): Promise<SampleCommands>;
}

/** The integrators' samples, each with what it takes to run it. */
export const integratorSamples: readonly Sample[] = [
  {
    name: 'Node, openid-client',
    async prepare() {
      const folder = join(samples, 'node');
      await ensureDependencies(folder);
      const node = (file: string): Command => [process.execPath, join(folder, file)];
      return { use: node('main.mjs'), rotate: node('rotate.mjs') };
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
      return { use: [python, join(folder, 'main.py')], rotate: [python, join(folder, 'rotate.py')] };
    },
  },
  {
    name: 'Go, golang.org/x/oauth2',
    async prepare() {
      const program = join(local, 'integrators-go');
      await must('go', ['build', '-o', program, '.'], join(samples, 'go'));
      return { use: [program] };
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
      return { use: [join(java.home, 'bin', 'java'), '-cp', `${classes}:${libraries}`, 'Integration'] };
    },
  },
];

async function must(
  command: string,
  args: string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): Promise<void> {
  if (!command.includes('/') && !findOnPath(command)) throw new Problem(`${command} is needed for a sample.`);
  const output: string[] = [];
  const settings = { cwd, env: { ...process.env, ...env } };
  const code = await run(command, args, { ...settings, onOutput: (text) => void output.push(text) });
  if (code !== 0) throw new Problem(`${command} ${args.join(' ')} failed.\n${output.join('')}`);
}
