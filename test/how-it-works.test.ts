import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import * as limits from '../src/time-limits.ts';
import { callsIn, callsInARow } from './support/call-sequences.ts';
import { anchors, documentedLimits, documentedSequences } from './support/how-it-works.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const unitMs = { s: 1_000, min: 60_000, h: 3_600_000 };

describe('docs/how-it-works.md', () => {
  it('names every time limit with its value', () => {
    const { sendingMsOf, ...values } = limits;
    const expected = { ...values, 'sendingMsOf(lockLeaseMs)': sendingMsOf(limits.lockLeaseMs) };
    const documented = documentedLimits.map(([name = '', value = '']) => {
      const [number, unit] = value.split(' ');
      return [name, Number(number) * unitMs[unit as keyof typeof unitMs]];
    });
    expect(Object.fromEntries(documented)).toEqual(expected);
  });

  it('counts the calls of each operation as its sequence has them', () => {
    expect(documentedSequences.size).toBeGreaterThan(15);
    for (const [operation, { sequence, calls, inARow }] of documentedSequences) {
      const counted = { calls: callsIn(sequence).length, inARow: callsInARow(sequence) };
      expect(counted, operation).toEqual({ calls, inARow });
    }
  });

  it('has the headings to which the code and other documents point', () => {
    const files = globSync(['src/**/*.ts', '*.md', 'docs/*.md', 'test/**/*.ts'], { cwd: root });
    const pointers = files.flatMap((file) =>
      [...readFileSync(`${root}${file}`, 'utf8').matchAll(/how-it-works\.md#([\w-]+)/g)].map(
        ([, anchor = '']) => ({ file, anchor }),
      ),
    );
    expect(pointers.length).toBeGreaterThan(4);
    expect(pointers.filter(({ anchor }) => !anchors.has(anchor))).toEqual([]);
  });
});
