import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureDependencies } from './dependencies.mjs';
import { web } from './page-build.ts';
import { root } from './paths.ts';

const checks: [title: string, script: string, ...args: string[]][] = [
  ['Types', 'node_modules/typescript/bin/tsc'],
  ['Types of the settings page', 'node_modules/typescript/bin/tsc', '--project', 'web'],
  ['Types of its tests', 'node_modules/typescript/bin/tsc', '--project', 'test/web'],
  ['Lint and format', 'node_modules/@biomejs/biome/bin/biome', 'ci'],
  // A dependency, file or export that nothing uses, or an exception in knip.jsonc that nothing needs any more.
  ['Unused code', 'node_modules/knip/bin/knip.js', '--treat-config-hints-as-errors'],
  // Redocly's recommended rules, with each warning an error.
  [
    'Contract',
    'node_modules/@redocly/cli/bin/cli.js',
    'lint',
    'openapi/openapi.json',
    '--extends=recommended-strict',
  ],
];

await ensureDependencies(web);
// All of them, also after one has failed: a person wants to see everything at once.
const failed = checks.filter(([title, script, ...args]) => {
  console.log(`${title} …`);
  const { status } = spawnSync(process.execPath, [join(root, script), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
  });
  return status !== 0;
});
console.log(
  failed.length === 0 ? 'All checks passed.' : `Failed: ${failed.map(([title]) => title).join(', ')}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
