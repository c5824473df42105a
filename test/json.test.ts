import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseJson, whereJsonBreaks } from '../src/json.ts';

it.each([
  ['{"a":1}x', 7],
  ['{"username":}', 12],
  ["{'a':1}", 1],
  ['{a:1}', 1],
  ['{"a":1,}', 7],
  ['[1,]', 3],
  ['{"a" 1}', 5],
  ['{"a":tru}', 5],
  ['{"a":01}', 6],
  ['{"a":"line\nbreak"}', 5],
  ['{"a":"\\x"}', 5],
  ['{"a":NaN}', 5],
  ['nothing', 0],
  ['{"a":TRUE}', 5],
  ['{"a":1, 2}', 8],
  ['{"a":1', 6],
  ['{"a', 3],
  ['{"a\\', 4],
  ['{"\\u12', 6],
  ['{"\\u1x', 1],
  ['{"a":', 5],
  ['[', 1],
  ['{]', 1],
  ['[}', 1],
  ['}', 0],
  [' {"a":1} {', 9],
])('the JSON in %j breaks at %i', (text, position) => {
  expect(parseJson(text)).toBeUndefined();
  expect(whereJsonBreaks(text)).toBe(position);
});

it('nothing breaks in what JSON.parse reads', () => {
  fc.assert(
    fc.property(fc.json(), fc.nat({ max: 4 }), (text, indent) => {
      expect(whereJsonBreaks(text)).toBeUndefined();
      expect(whereJsonBreaks(JSON.stringify(JSON.parse(text), null, indent))).toBeUndefined();
    }),
  );
});

it('something breaks in what JSON.parse refuses, and not in the part before it', () => {
  const damaged = fc.tuple(
    fc.json(),
    fc.nat(),
    fc.constantFrom('"', '{', '}', '[', ']', ',', ':', 'x', '0', ' ', '\\', '-', 'e', '.'),
  );
  fc.assert(
    fc.property(damaged, ([text, index, character]) => {
      const at = index % (text.length + 1);
      const other = text.slice(0, at) + character + text.slice(at);
      const isJson = parseJson(other) !== undefined || other.trim() === 'null';
      expect(whereJsonBreaks(other) === undefined).toBe(isJson);
    }),
    { numRuns: 5000 },
  );
});
