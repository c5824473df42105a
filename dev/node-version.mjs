import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** The oldest that the tests pass on: 24.2.0 fails where a test hooks into the loading of modules. */
export const leastNode = '24.3.0';

/** Whether a version of Node, such as v24.21.0 or 24.21.0, is that version or a newer one. False for anything else. */
export function isAtLeast(version, least) {
  return parts(version) !== undefined && compare(version, least) >= 0;
}

/**
 * The Node to run the project on: the newer of the checkout's own, which npm installs from a package for the platform, and
 * the running one. Undefined when neither is new enough.
 */
export function chooseNode(own, running = { path: process.execPath, version: process.version }) {
  return [{ path: own, version: versionOf(own) }, running]
    .filter(({ version }) => isAtLeast(version, leastNode))
    .sort((a, b) => compare(b.version, a.version))[0]?.path;
}

function versionOf(node) {
  return existsSync(node) ? spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim() : undefined;
}

function parts(version) {
  const match = /^v?(\d+)\.(\d+)\.(\d+)$/.exec(version ?? '');
  return match ? match.slice(1).map(Number) : undefined;
}

function compare(a, b) {
  const [left, right] = [parts(a), parts(b)];
  for (const index of [0, 1, 2]) if (left[index] !== right[index]) return left[index] - right[index];
  return 0;
}
