import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { root } from '../../dev/paths.ts';

/** Without settings: what a command does before it looks at them. */
function run(command: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [`src/commands/${command}.ts`, ...args], {
    cwd: root,
    encoding: 'utf8',
    env: {},
  });
  return { status, stdout, stderr };
}

// A busy machine takes seconds to load a command.
const timeout = 30_000;

describe.each(['provision', 'tenant'])('npm run %s', { timeout }, (command) => {
  it('explains itself on --help', () => {
    const { status, stdout, stderr } = run(command, '--help');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain(`npm run ${command}`);
  });

  it('says which argument it does not know, and how it is used, without a stack', () => {
    const { status, stdout, stderr } = run(command, '--chekc');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^Unknown option '--chekc'\.\n\n/);
    expect(stderr).toContain(`npm run ${command}`);
    expect(stderr).not.toMatch(/ {4}at /);
  });
});

it.each([
  [[], 'The first argument is activate or deactivate.'],
  [['remove', 'acme'], 'The first argument is activate or deactivate.'],
  [['deactivate'], 'After deactivate comes the name of one tenant.'],
  [['deactivate', 'Acme Inc'], 'After deactivate comes the name of one tenant.'],
  [['deactivate', 'acme', '--keep-inactive'], '--keep-inactive belongs to activate.'],
])('npm run tenant says what is wrong with %j', { timeout }, (args, words) => {
  const { status, stderr } = run('tenant', ...args);
  expect(status).toBe(2);
  expect(stderr.startsWith(`${words}\n\n`)).toBe(true);
});

it('both name all settings that are missing at once', { timeout }, () => {
  expect(run('tenant', 'deactivate', 'acme').stderr).toMatch(
    /^These settings are missing or wrong:\n {2}KEYCLOAK_CLIENT_KEY_FILE: /,
  );
  expect(run('provision').stderr).toMatch(
    /^These settings are missing or wrong:\n {2}KEYCLOAK_ADMIN_USERNAME: /,
  );
});
