import { createInterface } from 'node:readline/promises';
import { exitCodes, Failure } from './exit-codes.ts';
import type { Io } from './io.ts';

/**
 * Lets a person type the username of what is to go.
 * @throws {Failure} `usage` when there is nobody to ask, or they type something else
 */
export async function confirmByUsername(username: string, io: Io): Promise<void> {
  if (!io.stdin.isTTY) {
    throw new Failure(exitCodes.usage, 'There is no terminal to ask at: say --yes if you are sure.');
  }
  const terminal = createInterface({ input: io.stdin, output: io.stderr });
  try {
    const typed = await terminal.question(
      `This can't be undone. Type the username (${username}) to delete it: `,
    );
    if (typed.trim() !== username)
      throw new Failure(exitCodes.usage, 'That is another name: nothing was deleted.');
  } finally {
    terminal.close();
  }
}
