import { describe, expect, it } from 'vitest';
import type { Measured } from './measure.ts';
import type { Stage } from './stage.ts';
import { summaryOf } from './summary.ts';
import { targetLines, targetTables } from './target-tables.ts';
import type { Verdict } from './verdicts.ts';

const held: Verdict = { target: 'is quick', place: {}, holds: true, figure: '0.50 s' };
const verdicts: Verdict[] = [
  { target: 'adds little', place: at('list', 1), holds: true, figure: '0.80' },
  { target: 'adds little', place: at('edit', 1), holds: true, figure: '0.90' },
  { target: 'adds little', place: at('edit', 8), holds: false, figure: '1.73', from: '7 ms against 4 ms' },
  { target: 'is small', place: {}, holds: false, figure: '160 MB' },
  held,
];

function at(operation: 'list' | 'edit', concurrency: number) {
  return { operation, concurrency, accounts: 100_400 };
}

describe('the summary', () => {
  it('names each target that does not hold, with where and by how much', () => {
    const summary = summaryOf([], verdicts);
    expect(summary).toContain('**3 of 5 targets hold.**');
    expect(summary).toContain(
      '- adds little (2 of 3), but not\n  - edit: 1.73 (concurrency 8, 100,400 accounts)\n',
    );
    expect(summary).toMatch(/^- is small: 160 MB$/m);
    expect(summary).toContain('Wherever it was measured, the service\n\n- is quick\n');
  });

  it('says nothing of what does not hold when all holds', () => {
    expect(summaryOf([], [held])).not.toContain('not');
  });

  it('names each operation in which the service is slower than the wrapper', () => {
    const measured = (contestant: string, concurrency: number, p50Ms: number): Measured => {
      const figures = { count: 1, p50Ms, p95Ms: 1, p99Ms: 1, perSecond: 1 };
      return { contestant, operation: 'edit', concurrency, ...figures };
    };
    const stage: Stage = {
      accounts: 400,
      measured: [
        ...[measured('service', 1, 10), measured('wrapper', 1, 20)],
        ...[measured('service', 8, 30), measured('wrapper', 8, 20)],
      ],
      calls: new Map(),
      background: [],
    };
    expect(summaryOf([stage], [])).toContain(
      '- quicker in 1 of 2 cases among 400 accounts; these take that many times as long:\n  - edit: 1.50 (concurrency 8)',
    );
  });
});

it('the tables of targets mark what does not hold, in a row for each operation', () => {
  const tables = targetTables(verdicts);
  expect(tables).toContain('| list | 0.80 |  |\n| edit | 0.90 | **1.73 ✗** |');
  expect(tables).toContain('| The service is small | **160 MB ✗** |');
});

it('the console has a line for each target, those that do not hold last', () => {
  expect(targetLines(verdicts).split('\n')).toEqual([
    '✓ list, concurrency 1, 100,400 accounts: adds little: 0.80',
    '✓ edit, concurrency 1, 100,400 accounts: adds little: 0.90',
    '✓ the service: is quick: 0.50 s',
    '✗ edit, concurrency 8, 100,400 accounts: adds little: 1.73 (7 ms against 4 ms)',
    '✗ the service: is small: 160 MB',
  ]);
});
