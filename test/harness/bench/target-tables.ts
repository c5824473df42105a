import { tableOf } from './markdown.ts';
import { conditionsOf } from './places.ts';
import type { Verdict } from './verdicts.ts';

/**
 * A table for each target: a row for each operation, and a column for each concurrency and number of accounts. Targets of the
 * service as a whole are together in one table.
 */
export function targetTables(verdicts: readonly Verdict[]): string {
  const perOperation = verdicts.filter(({ place }) => place.operation !== undefined);
  const whole = verdicts.filter(({ place }) => place.operation === undefined);
  const tables = [...Map.groupBy(perOperation, ({ target }) => target)].map(
    ([target, ofTarget]) => `**The service ${target}:**\n\n${matrixOf(ofTarget)}`,
  );
  if (whole.length > 0) {
    const rows = whole.map((verdict) => [`The service ${verdict.target}`, cellOf(verdict)]);
    const columns = [['of the service as a whole', 'left'] as const, ['measured', 'right'] as const];
    tables.push(tableOf(columns, rows));
  }
  return tables.join('\n\n');
}

function matrixOf(verdicts: readonly Verdict[]): string {
  const columns = [...Map.groupBy(verdicts, ({ place }) => conditionsOf(place)).keys()];
  const rows = [...Map.groupBy(verdicts, ({ place }) => place.operation)].map(([operation, ofOperation]) => [
    operation ?? '',
    ...columns.map((column) => {
      const verdict = ofOperation.find(({ place }) => conditionsOf(place) === column);
      return verdict === undefined ? '' : cellOf(verdict);
    }),
  ]);
  return tableOf(
    [['operation', 'left'], ...columns.map((column) => [column || 'measured', 'right'] as const)],
    rows,
  );
}

const cellOf = ({ holds, figure }: Verdict): string => (holds ? figure : `**${figure} ✗**`);

/** A line for each target, those that do not hold last, where a person at a console sees them. */
export function targetLines(verdicts: readonly Verdict[]): string {
  return verdicts
    .toSorted((one, other) => Number(other.holds) - Number(one.holds))
    .map(({ target, place, holds, figure, from }) => {
      const where = [...(place.operation === undefined ? [] : [place.operation]), conditionsOf(place)];
      const subject = where.filter((part) => part !== '').join(', ') || 'the service';
      return `${holds ? '✓' : '✗'} ${subject}: ${target}: ${figure}${from === undefined ? '' : ` (${from})`}`;
    })
    .join('\n');
}
