import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import lockfile from '../package-lock.json' with { type: 'json' };

interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
}

const packages = Object.entries(lockfile.packages as Record<string, LockedPackage>).filter(
  ([path]) => path !== '',
);
const shipped = packages.filter(([, { dev, optional }]) => !dev && !optional);

/** Licences that ask no more than to be named, and MPL-2.0 for tools that are not shipped. */
const permissive = [
  'Unlicense',
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
];

describe('the lockfile', () => {
  it('pins each package by a digest, wherever it is fetched from', () => {
    expect(packages.length).toBeGreaterThan(100);
    expect(packages.filter(([, { integrity }]) => !/^sha512-/.test(integrity ?? ''))).toEqual([]);
    expect(packages.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });

  it('holds permissive licences alone among what is shipped', () => {
    const others = shipped.filter(([, { license }]) => !permissive.includes(license ?? ''));
    expect(others.map(([path, { license }]) => `${path}: ${license}`)).toEqual([]);
  });
});

/**
 * Their scripts are not run, since npm run hands the ignore-scripts of .npmrc on: protobufjs would compare version ranges,
 * and esbuild would look at its program, which works without.
 */
const runsNoScript = ['node_modules/protobufjs', 'node_modules/esbuild'];
/** Under the MIT licence by a file of theirs, or by an older field, which npm does not put into lockfiles. */
const licensedByFile = ['node_modules/limiter', 'node_modules/passport-strategy', 'node_modules/pause'];
/** These also have dependencies that the project itself does not have. */
const withOthers = /^(web|examples\/resource-servers\/.*)$/;

const others = [
  'packages/cli',
  'packages/client',
  'dev/client-types',
  'dev/generated-clients/generators',
  'dev/integrators/bruno',
  'examples/integrators/node',
  'examples/resource-servers/express',
  'examples/resource-servers/fastify',
  'examples/resource-servers/passport',
  'examples/tenant-api',
  'web',
];

describe.each(others)('what %s brings along', (folder) => {
  const read = (name: string) =>
    JSON.parse(readFileSync(new URL(`../${folder}/${name}`, import.meta.url), 'utf8'));

  it('is pinned by version and digest, wherever it is fetched from', () => {
    const locked = Object.entries<LockedPackage>(read('package-lock.json').packages).filter(([path]) => path);
    expect(locked.filter(([, { integrity }]) => !/^sha512-/.test(integrity ?? ''))).toEqual([]);
    expect(locked.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
    const { dependencies, devDependencies } = read('package.json');
    const ranges = Object.entries<string>({ ...dependencies, ...devDependencies });
    expect(ranges.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  it('has no package that would run a script of its own when it is installed', () => {
    const locked = Object.entries<{ hasInstallScript?: boolean }>(read('package-lock.json').packages);
    const withScripts = locked.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path);
    expect(withScripts.filter((path) => !runsNoScript.includes(path))).toEqual([]);
  });

  it('is of the version that is used here, where it is', () => {
    const used: Record<string, string> = { ...manifest.devDependencies, ...manifest.dependencies };
    for (const [name, version] of Object.entries(read('package.json').dependencies ?? {})) {
      if (!withOthers.test(folder) || name in used)
        expect(`${name} ${used[name]}`).toBe(`${name} ${version}`);
    }
  });

  it('has permissive licences where it is shipped', () => {
    const locked = Object.entries<LockedPackage>(read('package-lock.json').packages).filter(([path]) => path);
    const runtime = locked.filter(([, { dev, optional }]) => !dev && !optional);
    const others = runtime.filter(([, { license }]) => !permissive.includes(license ?? ''));
    const unknown = others.filter(([path]) => !licensedByFile.includes(path));
    expect(unknown.map(([path, { license }]) => `${path}: ${license}`)).toEqual([]);
  });
});

describe('the dependencies', () => {
  it('are pinned to one version each', () => {
    const { dependencies, devDependencies, optionalDependencies } = manifest;
    const ranges = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
    expect(ranges.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  it('run no script of theirs when they are installed', () => {
    expect(readFileSync(new URL('../.npmrc', import.meta.url), 'utf8')).toMatch(/^ignore-scripts=true$/m);
  });

  it('of the running service are each justified in SECURITY.md', () => {
    const text = readFileSync(new URL('../SECURITY.md', import.meta.url), 'utf8');
    expect(Object.keys(manifest.dependencies).filter((name) => !text.includes(`| \`${name}\` |`))).toEqual(
      [],
    );
  });
});

it('a copy of the example tenant API brings along all that it imports', () => {
  const read = (name: string) =>
    readFileSync(new URL(`../examples/tenant-api/${name}`, import.meta.url), 'utf8');
  const imported = [...read('server.ts').matchAll(/from '([^'.][^']*)'/g)].map(([, name = '']) => name);
  const packages = imported.filter((name) => !name.startsWith('node:'));
  expect(packages.toSorted()).toEqual(Object.keys(JSON.parse(read('package.json')).dependencies));
});
