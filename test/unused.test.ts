import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };

const root = fileURLToPath(new URL('../', import.meta.url));

/** Every source file of the project, by its path from the root. */
const files = new Map(
  ['src', 'test', 'dev', 'examples', 'bench', 'packages', 'web'].flatMap((folder) => sourcesBelow(folder)),
);

function sourcesBelow(folder: string): [string, string][] {
  let entries: string[];
  try {
    entries = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  } catch {
    return [];
  }
  return entries
    .filter((name) => /\.(m?ts|mjs|json)$/.test(name) && !name.includes('node_modules'))
    .map((name) => join(folder, name))
    .map((name) => [name, readFileSync(join(root, name), 'utf8')]);
}

/** What runs from outside of the sources: npm scripts name these packages by their binaries or not at all. */
const runByName = ['@biomejs/biome', '@redocly/cli', 'typescript', 'vitest', '@types/node'];

describe('nothing is kept that nobody uses', () => {
  it.each(Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }))(
    'the dependency %s is used',
    (name) => {
      const used = [...files.values()].some(
        (text) => text.includes(`'${name}'`) || text.includes(`'${name}/`),
      );
      expect(used || runByName.includes(name)).toBe(true);
    },
  );

  it('each value that the service exports is used by another file', () => {
    const declared = /^export (?:async )?(?:const|function|class) (\w+)/gm;
    const unused = [...files]
      .filter(([path]) => path.startsWith('src/'))
      .flatMap(([path, text]) =>
        [...text.matchAll(declared)]
          .map(([, name = '']) => name)
          .filter((name) => !isImported(name, path))
          .map((name) => `${path}: ${name}`),
      );
    expect(unused).toEqual([]);
  });
});

function isImported(name: string, by: string): boolean {
  const word = new RegExp(`\\b${name}\\b`);
  return [...files].some(([path, text]) => path !== by && word.test(text));
}
