import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { commands } from '../../dev/commands.mjs';
import { root } from '../../dev/paths.ts';
import manifest from '../../package.json' with { type: 'json' };

// The launcher alone, in a folder without dependencies and without any of the scripts: whatever it starts fails.
const folder = mkdtempSync(join(tmpdir(), 'launcher-'));
afterAll(() => rmSync(folder, { recursive: true }));
for (const name of ['dev', 'src']) mkdirSync(join(folder, name));
cpSync(join(root, 'src', 'nearest.mjs'), join(folder, 'src', 'nearest.mjs'));
for (const file of readdirSync(join(root, 'dev')).filter((name) => name.endsWith('.mjs'))) {
  cpSync(join(root, 'dev', file), join(folder, 'dev', file));
}

function launch(args: string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, 'dev', 'run.mjs'), ...args], {
    encoding: 'utf8',
    env: { PATH: '/nowhere', ...env },
  });
  return { status, stdout, stderr };
}

const explainsItself = (command: object) => 'explainsItself' in command;
const names = Object.keys(commands) as (keyof typeof commands)[];
const explained = names.filter((name) => !explainsItself(commands[name]));
const checked = explained.filter((name) => !('passesOn' in commands[name]));

describe('--help', () => {
  test.each(explained)('of %s says what it does and how long that takes, and does not do it', (name) => {
    const { status, stdout, stderr } = launch([name, commands[name].summary, '--help']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain(name === 'test' ? 'npm test' : `npm run ${name}`);
    expect(stdout.toLowerCase()).toContain(commands[name].summary.toLowerCase());
    expect(stdout).toContain(`Takes ${commands[name].takes}.`);
  });

  test('names each option, its default and the settings', () => {
    expect(launch(['races', '-h']).stdout).toMatch(/^ {2}--rounds N +rounds through the service \(1000\)$/m);
    expect(launch(['up', '--help']).stdout).toMatch(/^ {2}--detach +return when/m);
    expect(launch(['up', '--help']).stdout).toMatch(/^ {2}PORT +port of the service \(3000\)$/m);
  });
});

describe('an argument that a command does not know', () => {
  test.each(checked)('%s refuses before anything is done', (name) => {
    const { status, stdout, stderr } = launch([name, '--no-such-option']);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('There is no option --no-such-option.');
    expect(stderr).toContain(`npm run ${name} -- --help`);
    expect(launch([name, 'stray'])).toMatchObject({ status: 2, stdout: '' });
  });

  test.each([
    ['a slip of the finger', ['up', '--detatch'], 'Did you mean --detach?'],
    ['a value that is missing', ['races', '--rounds'], '--rounds needs a value'],
    ['a value that is an option', ['client', '--pack', '--check'], '--pack needs a value'],
    [
      'a value that is no number',
      ['soak', '--operations', 'many'],
      '--operations needs a number, not "many".',
    ],
    [
      'a value that is no choice',
      ['faults', '--only', 'outage'],
      'matrix, abandoned, kills, outages, endings',
    ],
    ['a value of what takes none', ['down', '--reset=yes'], '--reset takes no value'],
  ])('is named when it is %s', (_what, args, words) => {
    const { status, stderr } = launch(args);
    expect(status).toBe(2);
    expect(stderr).toContain(words);
  });

  test('is one that npm has kept for itself, for want of two dashes', () => {
    const { status, stderr } = launch(['down'], { npm_config_reset: 'true' });
    expect(status).toBe(2);
    expect(stderr).toContain('npm run down -- --reset');
  });
});

describe('a command', () => {
  test('that there is none of shows what there is, and the nearest', () => {
    const { status, stderr } = launch(['dmeo']);
    expect(status).toBe(2);
    expect(stderr).toContain('There is no command dmeo. Did you mean demo?');
    for (const name of names) expect(stderr).toMatch(new RegExp(`^  ${name} +\\S`, 'm'));
  });

  test('is shown by npm run alone with what it does', () => {
    const { help, ...scripts } = manifest.scripts;
    expect(help).toMatch(/^node dev\/run\.mjs help ".+"$/);
    expect(scripts).toEqual(
      Object.fromEntries(names.map((name) => [name, `node dev/run.mjs ${name} "${commands[name].summary}"`])),
    );
  });

  test('gets the arguments that are its own, without the words that npm run shows', () => {
    cpSync(join(root, 'dev', 'paths.ts'), join(folder, 'dev', 'paths.ts'));
    const { status, stderr } = launch(['secrets', commands.secrets.summary]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
