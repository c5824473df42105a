import { clearLine, cursorTo } from 'node:readline';
import type { WriteStream } from 'node:tty';

/** For so long nothing is shown: what is done by then needs no words. */
const quietMs = 1_000;

export interface ProgressLine {
  /** Shows how far something has come, in the place of what was shown before. */
  show(text: string): void;
  /** Takes the line away, before something else is printed and at the end. */
  clear(): void;
}

/**
 * One line on a terminal that says how far a command has come, from a second after its start. Writes nothing where the stream is no
 * terminal, such as a file or the log of a container.
 * @param now milliseconds since any time
 */
export function progressLine(
  stream: Pick<WriteStream, 'isTTY' | 'write' | 'columns'> & NodeJS.WritableStream,
  now: () => number = () => performance.now(),
): ProgressLine {
  const startedAt = now();
  let isShown = false;
  const clear = () => {
    if (!isShown) return;
    cursorTo(stream, 0);
    clearLine(stream, 0);
    isShown = false;
  };
  return {
    show(text) {
      if (!stream.isTTY || now() - startedAt < quietMs) return;
      clear();
      // What does not fit would go on in a second line, which nothing takes away.
      stream.write(text.slice(0, Math.max(0, stream.columns - 1)));
      isShown = true;
    },
    clear,
  };
}
