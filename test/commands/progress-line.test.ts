import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { progressLine } from '../../src/commands/progress-line.ts';

/** What a terminal of ten columns, or something else, is sent; and a clock. */
function opened(isTTY: boolean) {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 10 });
  const clock = { now: 0 };
  const line = progressLine(stream as never, () => clock.now);
  return { line, clock, sent: () => String(stream.read() ?? '') };
}
const wiped = '\x1b[1G\x1b[2K';

it('progress is shown from a second on, each in the place of the one before, and taken away', () => {
  const { line, clock, sent } = opened(true);
  line.show('1 done');
  expect(sent()).toBe('');
  clock.now = 1_000;
  line.show('2 done');
  line.show('3 of many done');
  line.clear();
  line.clear();
  expect(sent()).toBe(`2 done${wiped}3 of many${wiped}`);
});

it('progress is not written where there is no terminal', () => {
  const { line, clock, sent } = opened(false);
  clock.now = 5_000;
  line.show('half of it');
  line.clear();
  expect(sent()).toBe('');
});
