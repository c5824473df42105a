import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { local, root } from '../../dev/paths.ts';
import { Problem } from '../../dev/problem.ts';
import { revokesTokens, type Write } from './account-model.ts';

/** The service as it was at a commit, beside which the present one has to work while replicas are updated one by one. */
export interface OlderVersion {
  readonly root: string;
  /** Whether its contract has what is asked for; a client that asks an older replica for more is answered 404 or 400. */
  knows(write: Write): boolean;
}

/** Lays out the sources of a commit of this repository with the dependencies of its own lockfile, once. */
export function olderVersion(commit: string): OlderVersion {
  const sha = git(['rev-parse', '--verify', '--quiet', `${commit}^{commit}`])
    .toString()
    .trim();
  const home = join(local, 'versions', sha);
  if (!existsSync(home)) {
    const made = `${home}.${process.pid}`;
    mkdirSync(made, { recursive: true });
    try {
      execFileSync('tar', ['-x', '-C', made], { input: git(['archive', sha]) });
      const install = ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'];
      execFileSync('npm', install, { cwd: made, stdio: ['ignore', 'ignore', 'inherit'] });
      renameSync(made, home);
    } finally {
      rmSync(made, { recursive: true, force: true });
    }
  }
  const { paths } = JSON.parse(readFileSync(join(home, 'openapi', 'openapi.json'), 'utf8'));
  const has = (ending: string) => Object.keys(paths).some((path) => path.endsWith(ending));
  return {
    root: home,
    knows(write) {
      if (write.kind === 'keys') return has('/keys');
      if (write.kind === 'overlap' || write.kind === 'end-previous') return has('/previous-secret');
      return !revokesTokens(write) || has('/revoke-tokens');
    },
  };
}

function git(args: readonly string[]): Buffer {
  try {
    return execFileSync('git', args, { cwd: root, maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'ignore'] });
  } catch (cause) {
    throw new Problem(`git ${args.join(' ')} failed: this checkout may not have that commit.`, { cause });
  }
}
