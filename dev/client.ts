import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureDependencies } from './dependencies.mjs';
import { root } from './paths.ts';
import { main, Problem } from './problem.ts';

const client = join(root, 'packages', 'client');
const types = join(client, 'src', 'schema.ts');

/** Writes the client's types anew from the contract; with --check says whether they are current, and packs. */
await main(async () => {
  const { check } = parseArgs({ options: { check: { type: 'boolean', default: false } } }).values;
  await ensureDependencies(client);
  const generated = generate();
  if (!check) {
    writeFileSync(types, generated);
    return 0;
  }
  if (readFileSync(types, 'utf8') !== generated) {
    throw new Problem('packages/client/src/schema.ts is not what the contract says: npm run client');
  }
  checkPackage();
  return 0;
});

function generate(): string {
  const folder = mkdtempSync(join(tmpdir(), 'orki-client-'));
  try {
    const target = join(folder, 'schema.ts');
    const contract = join(root, 'openapi', 'openapi.json');
    node([join(client, 'node_modules/openapi-typescript/bin/cli.js'), contract, '--output', target]);
    return readFileSync(target, 'utf8');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Builds, packs, and asks whether every way of resolving modules finds the code and its types. */
function checkPackage(): void {
  const folder = mkdtempSync(join(tmpdir(), 'orki-client-'));
  try {
    node([join(root, 'node_modules/typescript/bin/tsc'), '--project', client]);
    run('npm', ['pack', '--silent', '--pack-destination', folder]);
    const { name, version } = JSON.parse(readFileSync(join(client, 'package.json'), 'utf8'));
    const file = `${name.replace('@', '').replace('/', '-')}-${version}.tgz`;
    // For modules alone: what asks by require() gets them too, from Node 20.19 on.
    const attw = join(client, 'node_modules/@arethetypeswrong/cli/dist/index.js');
    node([attw, '--profile', 'esm-only', join(folder, file)]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function node(args: string[]): void {
  run(process.execPath, args);
}

function run(command: string, args: string[]): void {
  const { status } = spawnSync(command, args, { cwd: client, stdio: 'inherit' });
  if (status !== 0) throw new Problem(`${command} ${args.join(' ')} failed.`);
}
