import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './paths.ts';

/** The attacks against a real Keycloak, and the property test of isolation with many more requests than CI sends. */
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const env = { ...process.env, ATTACK_REQUESTS: process.env.ATTACK_REQUESTS ?? '10000' };
const { status } = spawnSync(
  process.execPath,
  [vitest, 'run', 'test/isolation-property.test.ts', 'test/live/attacks', ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit', env },
);
process.exitCode = status ?? 1;
