import { join } from 'node:path';
import { root } from '../paths.ts';
import { type Command, goProgram, javaProgram, nodeProgram, pythonProgram } from './programs.ts';

const samples = join(root, 'examples', 'integrators');

export interface Sample {
  readonly name: string;
  readonly prepare: () => Promise<Command>;
  /** Signs with a key in place of sending a secret. */
  readonly prepareWithKey: () => Promise<Command>;
  /** Has the account replace its own secret; not in every language. */
  readonly prepareRotation?: () => Promise<Command>;
}

/** The integrators' samples, each with what it takes to run it. */
export const integratorSamples: readonly Sample[] = [
  {
    name: 'Node, openid-client',
    prepare: () => nodeProgram(join(samples, 'node'), 'main.mjs'),
    prepareWithKey: () => nodeProgram(join(samples, 'node'), 'with-key.mjs'),
    prepareRotation: () => nodeProgram(join(samples, 'node'), 'rotate.mjs'),
  },
  {
    name: 'Python, Authlib',
    prepare: () => pythonProgram(join(samples, 'python'), 'main.py'),
    prepareWithKey: () => pythonProgram(join(samples, 'python'), 'with_key.py'),
    prepareRotation: () => pythonProgram(join(samples, 'python'), 'rotate.py'),
  },
  {
    name: 'Go, golang.org/x/oauth2',
    prepare: () => goProgram(join(samples, 'go')),
    prepareWithKey: () => goProgram(join(samples, 'go', 'withkey')),
  },
  {
    name: 'Java, Nimbus',
    prepare: () => javaProgram(join(samples, 'java'), 'Integration'),
    prepareWithKey: () => javaProgram(join(samples, 'java'), 'IntegrationWithKey'),
  },
];
