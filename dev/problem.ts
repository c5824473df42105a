/** Something that the person at the terminal can put right: what is wrong, and then what to do. */
export class Problem extends Error {
  override name = 'Problem';
}

/** Runs a command of the launcher: a Problem is told plainly, anything else is a bug and keeps its stack. */
export async function main(command: () => Promise<number | undefined>): Promise<void> {
  // A reader that has seen enough (`| head`) must not end what is being started.
  process.stdout.on('error', () => undefined);
  try {
    process.exitCode = (await command()) ?? 0;
  } catch (error) {
    console.error(error instanceof Problem ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}
