import { tableOf } from '../markdown.ts';

/** A table in Markdown; all columns but the first hold numbers. */
export function markdownTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return tableOf(
    heads.map((head, index) => [head, index === 0 ? 'left' : 'right'] as const),
    rows,
  );
}

/** A number with as many digits as say something. */
export function digits(value: number): string {
  if (Number.isNaN(value)) return '';
  if (value < 10) return value.toFixed(2);
  return value < 100 ? value.toFixed(1) : value.toFixed(0);
}
