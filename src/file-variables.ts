import { readFileSync } from 'node:fs';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The environment with each of the named variables filled from the file that `NAME_FILE` names, where the variable
 * itself is not set. An empty variable counts as absent, space around a file's content is dropped. A file that is
 * empty or can't be read becomes a fault that names the variable.
 */
export function readFileVariables(env: Environment, names: readonly string[]) {
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && value !== '') given[name] = value;
  }
  const faults: string[] = [];
  for (const name of names) {
    const file = given[`${name}_FILE`];
    if (file === undefined || given[name] !== undefined) continue;
    try {
      const content = readFileSync(file, 'utf8').trim();
      if (content === '') faults.push(`${name}_FILE: the file is empty`);
      else given[name] = content;
    } catch {
      faults.push(`${name}_FILE: the file cannot be read`);
    }
  }
  return { env: given, faults };
}
