import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commands } from '../dev/commands.mjs';
import { root } from '../dev/paths.ts';

const read = (file: string) => readFileSync(join(root, file), 'utf8');
const pages = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'packages/client/README.md'],
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  ...readdirSync(join(root, 'examples'))
    .map((name) => `examples/${name}/README.md`)
    .filter((file) => existsSync(join(root, file))),
];

it('the README has a line for each command, as its --help says it', () => {
  const rows = Object.entries(commands).map(
    ([name, { summary, takes }]) =>
      `| \`npm ${name === 'test' ? '' : 'run '}${name}\` | ${summary} | ${takes} |`,
  );
  expect(read('README.md').match(/^\| `npm .*$/gm)).toEqual(rows);
});

describe.each(pages)('%s', (page) => {
  it('leads nowhere but to files and headings that are there', () => {
    const targets = [...read(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, target = '']) => target);
    const broken = targets.filter((target) => {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      if (!existsSync(join(root, file))) return true;
      return anchor !== undefined && !headingsOf(read(file)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  it('names no npm script that there is none of', () => {
    const named = [...read(page).matchAll(/npm run ([a-z]+(?:-[a-z]+)*)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => name !== 'help' && !Object.hasOwn(commands, name))).toEqual([]);
  });
});

/** As GitHub names a heading in an address. */
const headingsOf = (markdown: string): string[] =>
  [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
