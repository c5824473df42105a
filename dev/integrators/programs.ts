import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ensureDependencies } from '../dependencies.mjs';
import { findJava } from '../keycloak/java.ts';
import { must } from '../must.ts';
import { local } from '../paths.ts';
import { Problem } from '../problem.ts';

export type Command = readonly [command: string, ...args: string[]];

/* Each fetches what the program in that folder needs, compiles it, and gives the command that runs it. */

export async function nodeProgram(folder: string, file: string): Promise<Command> {
  await ensureDependencies(folder);
  return [process.execPath, join(folder, file)];
}

export async function pythonProgram(folder: string, file: string): Promise<Command> {
  const environment = join(local, keptName(folder));
  const python = join(environment, 'bin', 'python');
  if (!existsSync(python)) await must('python3', ['-m', 'venv', environment], folder);
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  await must(python, [...install, '--requirement', join(folder, 'requirements.txt')], folder);
  return [python, join(folder, file)];
}

export async function goProgram(folder: string): Promise<Command> {
  const program = join(local, keptName(folder));
  await must('go', ['build', '-o', program, '.'], folder);
  return [program];
}

export async function javaProgram(folder: string, mainClass: string): Promise<Command> {
  const java = findJava();
  if (!java) throw new Problem('The samples in Java need Java 17 or newer.');
  const goals = ['compile', 'dependency:build-classpath', '-Dmdep.outputFile=target/classpath'];
  await must('mvn', ['--batch-mode', '--quiet', ...goals], folder, { JAVA_HOME: java.home });
  const libraries = readFileSync(join(folder, 'target', 'classpath'), 'utf8').trim();
  const classes = join(folder, 'target', 'classes');
  return [join(java.home, 'bin', 'java'), '-cp', `${classes}:${libraries}`, mainClass];
}

/** Such as integrators-python. */
const keptName = (folder: string) => `${basename(join(folder, '..'))}-${basename(folder)}`;
