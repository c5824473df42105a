import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { run } from './child.ts';
import { ensureDependencies } from './dependencies.mjs';
import { root } from './paths.ts';
import { Problem } from './problem.ts';
import { withProgress } from './progress.ts';

export const web = join(root, 'web');
/** What the service serves. */
export const builtPage = join(web, 'dist', 'page');
const mark = join(web, 'dist', 'page.built-from');

/** What the built page depends on, from the root. */
const sources = ['web/src', 'web/index.html', 'web/package-lock.json', 'packages/client/src'];
const configuration = /^(vite\.config|messages-plugin)\.ts$/;

/** Builds the settings page unless it is built from these very sources. A Problem that shows what the build said. */
export async function buildSettingsPage(signal?: AbortSignal): Promise<void> {
  await ensureDependencies(web);
  const fingerprint = fingerprintOfSources();
  const isCurrent = existsSync(join(builtPage, 'index.html')) && existsSync(mark);
  if (isCurrent && readFileSync(mark, 'utf8') === fingerprint) return;
  await withProgress('Building the settings page', async () => {
    let output = '';
    const code = await run(process.execPath, [join(web, 'node_modules', 'vite', 'bin', 'vite.js'), 'build'], {
      cwd: web,
      // Whatever runs this, such as vitest: in another mode React has other functions.
      env: { ...process.env, NODE_ENV: 'production' },
      ...(signal && { signal }),
      onOutput: (text) => {
        output += text;
      },
    });
    if (code !== 0) throw new Problem(`The settings page could not be built.\n${output}`);
  });
  writeFileSync(mark, fingerprint);
}

function fingerprintOfSources(): string {
  const files = [
    ...sources.flatMap((source) => filesBelow(join(root, source))),
    ...readdirSync(web)
      .filter((name) => configuration.test(name))
      .map((name) => join(web, name)),
  ];
  const hash = createHash('sha256');
  for (const file of files.sort()) hash.update(relative(root, file)).update(readFileSync(file));
  return hash.digest('hex');
}

function filesBelow(path: string): string[] {
  if (/\.\w+$/.test(path) && !path.endsWith('/src')) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
