import yargs from 'yargs';
import { ServiceAccountsError } from '../../client/src/index.ts';
import { addCommands } from './commands.ts';
import { exitCodeOf, exitCodes, Failure } from './exit-codes.ts';
import type { Io } from './io.ts';

const program = 'orki-sa';

/**
 * Runs the program as somebody calls it.
 * @param args what follows its name
 * @returns its exit code; what went wrong is on `io.stderr` by then
 */
export async function runCli(args: readonly string[], io: Io): Promise<number> {
  const parser = yargs([...args])
    .scriptName(program)
    .usage('$0 COMMAND\n\nThe service accounts of a tenant of Orki, without clicking.')
    .option('url', setting(io.env.ORKI_URL, 'address of the service (ORKI_URL)'))
    .option('tenant', setting(io.env.ORKI_TENANT, "the tenant; by default the token's own (ORKI_TENANT)"))
    .option('json', { type: 'boolean', default: false, describe: 'print JSON' })
    .completion('completion', 'print what bash or zsh needs to complete commands')
    .demandCommand(1, 'Say what to do.')
    .recommendCommands()
    .strict()
    .version('0.1.0')
    .exitProcess(false)
    .wrap(null)
    .fail((message, error) => {
      throw error ?? new Failure(exitCodes.usage, `${message}\nRun ${program} --help.`);
    });
  try {
    await addCommands(parser, io).parseAsync();
    return exitCodes.ok;
  } catch (error) {
    io.stderr.write(`${messageOf(error)}\n`);
    return exitCodeOf(error);
  }
}

/** An option that the environment may hold; help shows no value of it. */
const setting = (value: string | undefined, describe: string) =>
  ({
    type: 'string',
    describe,
    ...(value ? { default: value, defaultDescription: 'from the environment' } : {}),
  }) as const;

function messageOf(error: unknown): string {
  if (!(error instanceof ServiceAccountsError)) return error instanceof Error ? error.message : String(error);
  const { code, requestId, errors = [] } = error.problem;
  const fields = errors.map(({ detail }) => `\n  ${detail}`).join('');
  return `${error.message}${fields}\n(${code}, request ${requestId})`;
}
