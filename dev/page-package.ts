import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { ensureDependencies } from './dependencies.mjs';
import { web } from './page-build.ts';
import { root } from './paths.ts';
import { Problem } from './problem.ts';

const target = join(web, 'dist', 'package');
const entries = ['index', 'element'];

/** Builds the npm package of the settings page and writes its tarball into that folder; gives the tarball's path. */
export async function packInto(folder: string): Promise<string> {
  await ensureDependencies(web);
  for (const entry of entries) {
    const build = [
      'node_modules/vite/bin/vite.js',
      'build',
      '--config',
      'vite.package.config.ts',
      '--logLevel=warn',
    ];
    run(process.execPath, build, { PACKAGE_ENTRY: entry });
  }
  writeTypes();
  mkdirSync(folder, { recursive: true });
  run('npm', ['pack', '--silent', '--pack-destination', folder]);
  const { name, version } = JSON.parse(readFileSync(join(web, 'package.json'), 'utf8'));
  return join(folder, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
}

/** Packs, and asks whether every way of resolving modules finds the code and its types. */
export async function checkPackage(folder: string): Promise<void> {
  const file = await packInto(folder);
  run(process.execPath, ['node_modules/publint/src/cli.js', file, '--strict']);
  // For modules alone: what asks by require() gets them too, from Node 20.19 on. A style sheet has no types.
  const attw = ['node_modules/@arethetypeswrong/cli/dist/index.js', '--profile', 'esm-only'];
  run(process.execPath, [...attw, '--exclude-entrypoints', 'styles.css', '--', file]);
}

/** The types of the two entries and what they lead to; those of the insides would ask for packages of ours. */
function writeTypes(): void {
  const all = mkdtempSync(join(tmpdir(), 'orki-page-types-'));
  try {
    const options = [
      '--noEmit',
      'false',
      '--emitDeclarationOnly',
      '--declaration',
      '--rewriteRelativeImportExtensions',
    ];
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    run(process.execPath, [tsc, '--project', web, ...options, '--rootDir', root, '--outDir', all]);
    const folder = join(all, 'web', 'src');
    const wanted = new Set<string>();
    for (const entry of entries) follow(join(folder, `${entry}.d.ts`), wanted);
    for (const file of wanted) {
      const copy = join(target, relative(folder, file));
      mkdirSync(dirname(copy), { recursive: true });
      const types = readFileSync(file, 'utf8')
        // Not every resolver of modules looks for the types of what ends in .ts.
        .replaceAll(/(from ['"]\.[^'"]+)\.tsx?(['"])/g, '$1.js$2')
        .replaceAll(/^import '.*\.css';$/gm, '');
      writeFileSync(copy, types);
    }
  } finally {
    rmSync(all, { recursive: true });
  }
}

function follow(file: string, found: Set<string>): void {
  if (found.has(file)) return;
  if (!existsSync(file)) throw new Problem(`The types lead to ${file}, which there is not.`);
  found.add(file);
  for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(/from ['"]([^'"]+)['"]/g)) {
    if (path.startsWith('@orki/')) throw new Problem(`${file} needs ${path}, which is not published.`);
    if (path.startsWith('.')) follow(join(dirname(file), path.replace(/\.(js|tsx?)$/, '.d.ts')), found);
  }
}

function run(command: string, args: string[], env: Record<string, string> = {}): void {
  const { status } = spawnSync(command, args, {
    cwd: web,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, NODE_ENV: 'production', ...env },
  });
  if (status !== 0) throw new Problem(`${command} ${args.join(' ')} failed.`);
}
