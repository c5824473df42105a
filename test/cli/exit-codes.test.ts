import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exitCodeByProblem, exitCodeOf, exitCodes } from '../../packages/cli/src/exit-codes.ts';
import { ServiceAccountsError } from '../../packages/client/src/index.ts';

const refusal = (code: string, status: number) =>
  new ServiceAccountsError({ type: 'about:blank', title: '', detail: '', code, status, requestId: 'r' });

describe('exit codes', () => {
  it('are those that docs/command-line.md explains, with the codes of the contract that lead to them', () => {
    const page = readFileSync(new URL('../../docs/command-line.md', import.meta.url), 'utf8');
    const rows = [...page.matchAll(/^\| (\d+) \| .+? \|(.*)\|$/gm)].map(([, code, problems = '']) => [
      Number(code),
      [...problems.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name).sort(),
    ]);
    const expected = Object.values(exitCodes).map((code) => [
      code,
      Object.entries(exitCodeByProblem)
        .filter(([, of]) => of === code)
        .map(([name]) => name)
        .sort(),
    ]);
    expect(rows).toEqual(expected);
  });

  it('of a refusal of a later version go by its status', () => {
    const codes = [401, 403, 404, 409, 412, 422, 429, 500, 503, 504].map((status) =>
      exitCodeOf(refusal('of-a-later-version', status)),
    );
    expect(codes).toEqual([3, 4, 5, 6, 6, 7, 8, 1, 8, 9]);
  });

  it('of what is no refusal is 1', () => {
    expect(exitCodeOf(new TypeError('fetch failed'))).toBe(1);
  });
});
