import { styleText } from 'node:util';
import { writeKinds } from '../account-model.ts';
import type { RoundResult } from './rounds.ts';

export interface Tally {
  readonly title: string;
  readonly results: RoundResult[];
  seconds: number;
}

/** Prints how often what was lost, each contestant in a column of its own. */
export function printTable(tallies: readonly Tally[]): void {
  const kinds = [...new Set(tallies.flatMap(({ results }) => results.map(rowOf)))];
  const width = Math.max(...kinds.map((kind) => kind.length), 24);
  const columns = tallies.map(({ title }) => Math.max(title.length, 18));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, index) => (index === 0 ? cell.padEnd(width) : cell.padStart(columns[index - 1] ?? 0)))
      .join('  ');
  console.log('\nRounds with a lost acknowledged write or another violation, of all rounds');
  console.log(line(['raced', ...tallies.map(({ title }) => title)]));
  for (const kind of kinds) {
    console.log(
      line([kind, ...tallies.map(({ results }) => share(results.filter((r) => rowOf(r) === kind)))]),
    );
  }
  console.log(line(['all', ...tallies.map(({ results }) => share(results))]));
  for (const write of writeKinds) {
    const lost = tallies.map(({ results }) => results.filter((r) => r.lost.includes(write)).length);
    console.log(line([`lost ${write}`, ...lost.map(String)]));
  }
  const alive = (result: RoundResult) => result.faults.some((fault) => fault.includes('old secret'));
  console.log(
    line(['old secret alive', ...tallies.map(({ results }) => String(results.filter(alive).length))]),
  );
  console.log(line(['seconds', ...tallies.map(({ seconds }) => seconds.toFixed(0))]));
}

/** How the answers were spread, so that a run in which nothing was ever let through shows. */
export function printAnswers({ title, results }: Tally): void {
  const counts = new Map<string, number>();
  for (const { answer } of results.flatMap(({ outcomes }) => outcomes)) {
    counts.set(answer, (counts.get(answer) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  console.log(`\nAnswers of ${title}: ${sorted.map(([answer, times]) => `${times} × ${answer}`).join(', ')}`);
}

/** Tells each violation with what was answered, the first few at length. */
export function printViolations({ title, results }: Tally, atMost = 20): void {
  const violations = results.filter(isViolation);
  for (const { kinds, lost, faults, outcomes } of violations.slice(0, atMost)) {
    const answers = outcomes.map(({ write, answer }) => `${write.kind} ${answer}`).join(', ');
    const what = [...lost.map((kind) => `lost ${kind}`), ...faults].join('; ');
    console.log(styleText('red', `${title}: ${kinds} (${answers}): ${what}`));
  }
  if (violations.length > atMost) console.log(`… and ${violations.length - atMost} more`);
}

export const isViolation = ({ lost, faults }: RoundResult): boolean => lost.length > 0 || faults.length > 0;

const rowOf = ({ kinds }: RoundResult): string => (kinds.split(' + ').length > 2 ? 'three writes' : kinds);

function share(results: readonly RoundResult[]): string {
  return results.length === 0 ? '–' : `${results.filter(isViolation).length} / ${results.length}`;
}
