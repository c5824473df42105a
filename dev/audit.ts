import { spawnSync } from 'node:child_process';
import { root } from './paths.ts';

/** Asks the registry for known vulnerabilities of what is shipped; for wherever the registry answers that. */
const { status } = spawnSync('npm', ['audit', '--omit=dev', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
