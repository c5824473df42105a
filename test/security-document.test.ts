import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../', import.meta.url));
const text = readFileSync(`${root}SECURITY.md`, 'utf8');

it('SECURITY.md shows each promise by tests that there are', () => {
  const [, promises = ''] = /## Promises[^\n]*\n(.*?)\n## /s.exec(text) ?? [];
  const rows = promises.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| promise'));
  expect(rows.length).toBeGreaterThan(8);
  for (const row of rows) {
    const files = [...row.matchAll(/`(test\/[^`]+)`/g)].map((match) => match[1]);
    expect(files, row).not.toEqual([]);
    for (const file of files) expect(existsSync(`${root}${file}`), `${file}`).toBe(true);
  }
});
