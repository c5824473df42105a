import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** A file that is about to be replaced, with the place for its new content made already. */
export interface Replacement {
  /** Puts the new content in place of the old, all of it or nothing. */
  commit(content: string): void;
  /** Leaves the file as it was. */
  abandon(): void;
}

/**
 * Makes sure that a file of one's own (mode 0600) can be written, before anything is made that would be lost otherwise.
 * @throws when its folder can't be written to
 */
export function replaceFile(path: string): Replacement {
  const beside = join(dirname(path), `.${basename(path)}.${randomUUID()}`);
  const descriptor = openSync(beside, 'wx', 0o600);
  return {
    commit(content) {
      try {
        writeSync(descriptor, content);
        fsyncSync(descriptor);
        closeSync(descriptor);
        renameSync(beside, path);
      } catch (error) {
        rmSync(beside, { force: true });
        throw error;
      }
    },
    abandon() {
      closeSync(descriptor);
      rmSync(beside, { force: true });
    },
  };
}
