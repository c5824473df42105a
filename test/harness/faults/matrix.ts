import { styleText } from 'node:util';
import type { CellResult } from './cell.ts';
import { type CallSite, faults } from './fault.ts';

const labelWidth = 52;
const cellWidth = 10;

/**
 * Prints a line for each operation and call, a column for each fault. A cell shows the status of the answer and that
 * of its repetition; `·` was not asked for, `–` tells nothing: the call was not made this time, or Keycloak was too slow of itself.
 */
export function printMatrix(results: readonly CellResult[]): void {
  const head = ['', ...faults].map((title, index) => (index === 0 ? ''.padEnd(labelWidth) : column(title)));
  const operations = [...new Set(results.map(({ operation }) => operation))];
  for (const operation of operations) {
    const ofOperation = results.filter((result) => result.operation === operation);
    console.log(`\n${head.join('').replace(/^ {20}/, operation.padEnd(20))}`);
    for (const site of sitesOf(ofOperation)) {
      const cells = faults.map((fault) => {
        const found = ofOperation.find(
          (result) => result.fault === fault && result.site.place === site.place,
        );
        return show(found);
      });
      console.log(
        `${describeSite(site)
          .slice(0, labelWidth - 1)
          .padEnd(labelWidth)}${cells.join('')}`,
      );
    }
  }
}

/** Where something is wrong, and what. */
export function describeViolation({ operation, site, fault, answers, violations }: CellResult): string {
  return `${operation}, ${describeSite(site)}, ${fault} (${answers.join(' then ')}): ${violations.join('; ')}`;
}

export const isBroken = ({ violations, wasSlow }: CellResult): boolean => violations.length > 0 && !wasSlow;

const describeSite = ({ place, label, nth }: CallSite): string =>
  `${place} ${label}${nth > 1 ? ` (${nth})` : ''}`;

function sitesOf(results: readonly CellResult[]): CallSite[] {
  const byPlace = new Map(results.map(({ site }) => [site.place, site]));
  return [...byPlace.values()].sort((a, b) => a.place - b.place);
}

function show(result: CellResult | undefined): string {
  if (result === undefined) return column('·');
  if (!result.wasReached || result.wasSlow) return column('–');
  const text = column(result.answers.join('>'));
  return isBroken(result) ? styleText('red', column(`✗${result.answers.join('>')}`)) : text;
}

const column = (text: string): string => text.slice(0, cellWidth - 1).padStart(cellWidth);
