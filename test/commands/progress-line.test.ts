import { clearLine, cursorTo } from 'node:readline';
import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { progressLine } from '../../src/commands/progress-line.ts';

/** Keeps what it is sent. */
function recorder() {
  const sent: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      sent.push(String(chunk));
      done();
    },
  });
  return { stream, sent };
}

/** What a terminal of ten columns, or something else, is sent; and a clock. */
function opened(isTTY: boolean) {
  const { stream, sent } = recorder();
  const clock = { now: 0 };
  const line = progressLine(Object.assign(stream, { isTTY, columns: 10 }) as never, () => clock.now);
  return { line, clock, sent };
}

/** How a line is taken away. */
const wiped = (() => {
  const { stream, sent } = recorder();
  cursorTo(stream, 0);
  clearLine(stream, 0);
  return sent;
})();

it('progress is shown from a second on, each in the place of the one before, and taken away', () => {
  const { line, clock, sent } = opened(true);
  line.show('1 done');
  expect(sent).toEqual([]);
  clock.now = 1_000;
  line.show('2 done');
  line.show('3 of many done');
  line.clear();
  line.clear();
  expect(sent).toEqual(['2 done', ...wiped, '3 of many', ...wiped]);
});

it('progress is not written where there is no terminal', () => {
  const { line, clock, sent } = opened(false);
  clock.now = 5_000;
  line.show('half of it');
  line.clear();
  expect(sent).toEqual([]);
});
