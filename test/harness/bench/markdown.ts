/**
 * A table in Markdown.
 * @param columns each with the side to which its cells are aligned
 */
export function tableOf(
  columns: readonly (readonly [title: string, align: 'left' | 'right'])[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map(([title]) => title)),
    `|${columns.map(([, align]) => (align === 'left' ? '---' : '---:')).join('|')}|`,
    ...rows.map(line),
  ].join('\n');
}
