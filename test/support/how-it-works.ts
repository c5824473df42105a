import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseSequence, type Step } from './call-sequences.ts';

const text = readFileSync(fileURLToPath(new URL('../../docs/how-it-works.md', import.meta.url)), 'utf8');

/** The calls of an operation, and how many they are said to be. */
interface DocumentedSequence {
  readonly sequence: readonly Step[];
  readonly calls: number;
  /** How many of them at least follow one another. */
  readonly inARow: number;
}

/** The sequences of calls that docs/how-it-works.md shows, by the names of the operations. */
export const documentedSequences: ReadonlyMap<string, DocumentedSequence> = new Map(
  [...text.matchAll(/```text\n(.*?)```/gs)]
    .flatMap(([, block = '']) => block.split(/^# /m).slice(1))
    .map((part) => {
      const [, name = '', calls, inARow, lines = ''] =
        /^([^\n]*): (\d+) calls?, (\d+) in a row\n(.*)$/s.exec(part) ?? [];
      const sequence = parseSequence(lines);
      return [name, { sequence, calls: Number(calls), inARow: Number(inARow) }];
    }),
);

/** The cells of the table of time limits: name, value, reason. */
export const documentedLimits: readonly string[][] = [
  ...text.matchAll(/^\| `([^|]*Ms\)?)` \| (.*) \|$/gm),
].map(([, name = '', others = '']) => [name, ...others.split(' | ')]);

/** What `#…` may be at the end of a link to the document: its headings, as GitHub and its like spell them. */
export const anchors: ReadonlySet<string> = new Set(
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  ),
);
