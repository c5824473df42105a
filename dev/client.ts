import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { commands } from './commands.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { root } from './paths.ts';
import { main, Problem } from './problem.ts';

const client = join(root, 'packages', 'client');
const generator = join(root, 'dev', 'client-types');
const types = join(client, 'src', 'schema.ts');

/** Writes the client's types from the contract, or checks them and the package, or packs it: see commands.mjs. */
await main(async () => {
  const { check, pack } = parseArgs({ options: commands.client.options }).values;
  if (pack !== undefined) {
    // npm runs its scripts at the top of the checkout, and says from where it was called.
    console.log(await packInto(resolve(process.env.INIT_CWD ?? root, pack)));
    return 0;
  }
  const generated = await generate();
  if (!check) {
    writeFileSync(types, generated);
    return 0;
  }
  if (readFileSync(types, 'utf8') !== generated) {
    throw new Problem('packages/client/src/schema.ts does not match the contract. Run npm run client.');
  }
  await checkPackage();
  return 0;
});

async function generate(): Promise<string> {
  await ensureDependencies(generator);
  const folder = mkdtempSync(join(tmpdir(), 'orki-client-'));
  try {
    const target = join(folder, 'schema.ts');
    const contract = join(root, 'openapi', 'openapi.json');
    node([join(generator, 'node_modules/openapi-typescript/bin/cli.js'), contract, '--output', target]);
    return readFileSync(target, 'utf8') + codes(JSON.parse(readFileSync(contract, 'utf8')));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The contract, as far as its error codes are read. */
interface Contract {
  readonly paths: Record<string, Record<string, { operationId: string; 'x-problem-codes'?: string[] }>>;
  readonly components: { schemas: { Problem: { properties: { code: { 'x-extensible-enum': string[] } } } } };
}

/** The types of the codes that this version has: the contract leaves them open, so that openapi-typescript sees none. */
function codes({ paths, components }: Contract): string {
  const union = (names: readonly string[]) => names.map((name) => `\n    | '${name}'`).join('');
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
  const byOperation = operations.flatMap(({ operationId, 'x-problem-codes': names }) =>
    names === undefined ? [] : [`    ${operationId}:${union(names)};\n`],
  );
  const known = components.schemas.Problem.properties.code['x-extensible-enum'];
  return `/** The codes of this version. */
export type problemCode =${union(known)};
/** The codes that each operation of this version can be refused with. */
export interface problemCodes {
${byOperation.join('')}}
`;
}

/** Builds the package and writes its tarball into that folder; gives the tarball's path. */
async function packInto(folder: string): Promise<string> {
  await ensureDependencies(client);
  mkdirSync(folder, { recursive: true });
  // The prepack script would build it, but npm hands the ignore-scripts of this checkout's .npmrc on to npm pack.
  run('npm', ['run', '--silent', 'build'], 'inherit');
  const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const [{ filename, files }]: [Packed] = JSON.parse(run('npm', pack));
  // attw takes a package without types for a valid one.
  if (!files.some(({ path }) => path === 'dist/index.d.ts')) {
    throw new Problem(`${filename} holds no dist/index.d.ts.`);
  }
  return join(folder, filename);
}

/** Packs, and asks whether every way of resolving modules finds the code and its types. */
async function checkPackage(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'orki-client-'));
  try {
    const file = await packInto(folder);
    // For modules alone: what asks by require() gets them too, from Node 20.19 on.
    const attw = join(client, 'node_modules/@arethetypeswrong/cli/dist/index.js');
    node([attw, '--profile', 'esm-only', file]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What `npm pack --json` prints for a package, as far as it is used here. */
type Packed = { filename: string; files: { path: string }[] };

function node(args: string[]): void {
  run(process.execPath, args, 'inherit');
}

function run(command: string, args: string[], output: 'inherit' | 'pipe' = 'pipe'): string {
  const options = { cwd: client, encoding: 'utf8' } as const;
  const { status, stdout } = spawnSync(command, args, { ...options, stdio: ['ignore', output, 'inherit'] });
  if (status !== 0) throw new Problem(`${command} ${args.join(' ')} failed.`);
  return stdout;
}
