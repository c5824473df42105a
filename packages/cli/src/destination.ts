import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { exitCodes, Failure } from './exit-codes.ts';
import type { Io } from './io.ts';
import { replaceFile } from './private-file.ts';

/** What an integration needs in order to get tokens. */
export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly tokenUrl: string;
}

/** Where a secret goes. */
export interface Destination {
  /** In words, for the person who waits. */
  readonly name: string;
  /** Whether it takes up standard output, so that nothing else may be written there. */
  readonly usesStdout: boolean;
  /**
   * Hands the credentials over.
   * @throws when they did not arrive
   */
  deliver(credentials: Credentials): Promise<void>;
  /** Nothing comes after all. */
  abandon(): void;
}

export const destinationHelp =
  'where the secret goes: env:FILE, file:FILE, k8s-secret:NAME, command:COMMAND or stdout';

/**
 * Reads `--to` and makes sure, as far as that can be known, that a secret can be written there, before one is made.
 * @throws {Failure} `usage` when it can't
 */
export function openDestination(wanted: string | undefined, io: Io): Destination {
  if (wanted === undefined) {
    throw new Failure(
      exitCodes.usage,
      `A secret is made, and it is shown only once: say with --to ${destinationHelp.replace('where the secret goes: ', '')}.`,
    );
  }
  const [kind = '', ...rest] = wanted.split(':');
  const target = rest.join(':');
  if (kind === 'stdout' && target === '') return toStdout(io);
  if (target === '') throw new Failure(exitCodes.usage, `--to ${wanted}: it has to be ${destinationHelp}.`);
  switch (kind) {
    case 'env':
      return toFile(`the file ${target}`, target, (credentials) => envFile(readIfThere(target), credentials));
    case 'file':
      return toFile(`the file ${target}`, target, ({ clientSecret }) => clientSecret);
    case 'k8s-secret':
      return toManifest(target, io);
    case 'command':
      return toCommand(target, io);
    default:
      throw new Failure(exitCodes.usage, `--to ${wanted}: it has to be ${destinationHelp}.`);
  }
}

function toFile(name: string, path: string, contentOf: (credentials: Credentials) => string): Destination {
  if (existsSync(path) && !statSync(path).isFile()) {
    throw new Failure(exitCodes.usage, `--to: ${path} is not a file.`);
  }
  try {
    const replacement = replaceFile(path);
    return {
      name,
      usesStdout: false,
      deliver: async (credentials) => replacement.commit(contentOf(credentials)),
      abandon: replacement.abandon,
    };
  } catch (cause) {
    throw new Failure(exitCodes.usage, `--to: ${path} can't be written: ${(cause as Error).message}`, {
      cause,
    });
  }
}

const readIfThere = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');

/** The file with the credentials in it; every other line stays. */
function envFile(before: string, { clientId, clientSecret, tokenUrl }: Credentials): string {
  const values = { ORKI_TOKEN_URL: tokenUrl, ORKI_CLIENT_ID: clientId, ORKI_CLIENT_SECRET: clientSecret };
  const isOurs = (line: string) => Object.keys(values).some((name) => line.startsWith(`${name}=`));
  const others = before
    .split('\n')
    .filter((line, index, lines) => !isOurs(line) && !(line === '' && index === lines.length - 1));
  const ours = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  return `${[...others, ...ours].join('\n')}\n`;
}

/** RFC 1123, as Kubernetes wants the names of its objects; a namespace before a slash. */
const objectName = /^(?:([a-z0-9][a-z0-9-]{0,62})\/)?([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)$/;

function toManifest(target: string, io: Io): Destination {
  const [isName, namespace, name] = objectName.exec(target) ?? [];
  if (!isName) {
    throw new Failure(
      exitCodes.usage,
      `--to: ${target} is no name of a Kubernetes Secret, or NAMESPACE/NAME.`,
    );
  }
  if (io.stdout.isTTY) {
    throw new Failure(
      exitCodes.usage,
      'The manifest holds the secret, and this would show it on the terminal: pipe it into kubectl apply -f -',
    );
  }
  return {
    name: `the manifest of the Kubernetes Secret ${target}`,
    usesStdout: true,
    async deliver({ clientId, clientSecret, tokenUrl }) {
      const manifest = {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
        type: 'Opaque',
        stringData: { ORKI_TOKEN_URL: tokenUrl, ORKI_CLIENT_ID: clientId, ORKI_CLIENT_SECRET: clientSecret },
      };
      // JSON is YAML, and needs no rules for quoting.
      await write(io.stdout, `${JSON.stringify(manifest, null, 2)}\n`);
    },
    abandon: () => undefined,
  };
}

function toStdout(io: Io): Destination {
  return {
    name: 'standard output',
    usesStdout: true,
    deliver: ({ clientSecret }) => write(io.stdout, `${clientSecret}\n`),
    abandon: () => undefined,
  };
}

/** The secret goes to its standard input: other users of the machine can read arguments and, at times, environments. */
function toCommand(command: string, io: Io): Destination {
  return {
    name: 'the command',
    usesStdout: false,
    async deliver({ clientId, clientSecret, tokenUrl }) {
      const env = { ...io.env, ORKI_CLIENT_ID: clientId, ORKI_TOKEN_URL: tokenUrl };
      const child = spawn(command, { shell: true, env, stdio: ['pipe', 'pipe', 'pipe'] });
      child.stdout.pipe(io.stderr, { end: false });
      child.stderr.pipe(io.stderr, { end: false });
      const ended = once(child, 'close');
      // A command that does not read to the end says by its exit code whether that matters.
      child.stdin.on('error', () => undefined);
      child.stdin.end(clientSecret);
      const [code, signal] = await ended;
      if (code !== 0) throw new Error(`it ended with ${signal ?? `exit code ${code}`}`);
    },
    abandon: () => undefined,
  };
}

function write(stream: Io['stdout'], text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => (error ? reject(error) : resolve()));
  });
}
