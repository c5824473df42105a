import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureDependencies } from './dependencies.mjs';
import { web } from './page-build.ts';
import { root } from './paths.ts';
import { main } from './problem.ts';

/** Runs the tests of the settings page with vitest, which gets all other arguments. */
await main(async () => {
  await ensureDependencies(web);
  const args = process.argv.slice(2);
  const isPhotographing = args.includes('--screenshots');
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const config = join(root, 'vitest.web.config.ts');
  const rest = args.filter((argument) => argument !== '--screenshots');
  const { status } = spawnSync(process.execPath, [vitest, 'run', '--config', config, ...rest], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...(isPhotographing && { SCREENSHOTS: 'write' }) },
  });
  return status ?? 1;
});
