import type { Readable, Writable } from 'node:stream';

/** What the program reads and writes; a test gives its own. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable;
  readonly env: NodeJS.ProcessEnv;
  /** Shows a page to the person, if that can be done; its address was printed anyway. */
  readonly openBrowser: (url: URL) => void;
}
