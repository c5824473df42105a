import { type ParseArgsConfig, parseArgs } from 'node:util';

/**
 * The arguments of a command. Undefined after it has shown its usage, because that was asked for or because an argument is
 * not one of its own; the process then has the exit code for it, 0 or 2.
 */
export function readArguments<const Config extends ParseArgsConfig>(config: Config, usage: string) {
  if (process.argv.slice(2).some((argument) => argument === '--help' || argument === '-h')) {
    console.log(usage);
    process.exitCode = 0;
    return undefined;
  }
  try {
    return parseArgs(config);
  } catch (error) {
    // Node's message goes on with advice about positional arguments.
    return refuseArguments((error as Error).message.split('. ')[0] ?? '', usage);
  }
}

/** Says what is wrong with the arguments, and how they are written. */
export function refuseArguments(fault: string, usage: string): undefined {
  console.error(`${fault.replace(/\.?$/, '.')}\n\n${usage}`);
  process.exitCode = 2;
  return undefined;
}
