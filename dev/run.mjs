// The entry of every npm script. It runs before the dependencies are there, on whatever Node the machine has:
// hence plain JavaScript for Node 20 and nothing but Node's own modules.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nearest } from '../src/nearest.mjs';
import { describe, findFault, listCommands } from './arguments.mjs';
import { commands } from './commands.mjs';
import { composeSecrets } from './compose-secrets.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { chooseNode, isAtLeast, leastNode } from './node-version.mjs';

const oldestForLauncher = '20.0.0';
/** As programs usually say that they were called wrongly. */
const usageError = 2;

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function fail(message, exitCode = 1) {
  console.error(message);
  process.exit(exitCode);
}

if (!isAtLeast(process.version, oldestForLauncher)) {
  fail(
    `Node ${process.version} is too old: this needs Node 20 or newer (a newer one comes with the dependencies).\n` +
      'Install a current Node from https://nodejs.org and run the command again.',
  );
}
if (process.platform === 'win32') {
  fail(
    'This runs on Linux and macOS. On Windows, run it inside WSL (https://learn.microsoft.com/windows/wsl).',
  );
}
const [name = 'help', ...given] = process.argv.slice(2);
if (['help', '--help', '-h'].includes(name)) {
  console.log(listCommands());
  process.exit();
}
if (!Object.hasOwn(commands, name)) {
  const near = nearest(name, Object.keys(commands));
  fail(
    `There is no command ${name}.${near ? ` Did you mean ${near}?` : ''}\n\n${listCommands()}`,
    usageError,
  );
}
const command = commands[name];
// package.json's scripts hold the summary too, since `npm run` alone lists them as they stand.
const args = given[0] === command.summary ? given.slice(1) : given;
const asksForHelp = args.includes('--help') || args.includes('-h');
if (asksForHelp && !command.explainsItself) {
  console.log(describe(name));
  process.exit();
}
const fault = findFault(name, args);
if (fault) fail(fault, usageError);

// Compose needs no dependencies of the checkout, and so the machine that runs it needs none either.
if (name === 'secrets') {
  try {
    composeSecrets(root, args);
    process.exit();
  } catch (error) {
    fail(error.message);
  }
}

// Before anything is fetched; the launcher keeps Keycloak, or the mark of its container, in these.
const isFetched = ['keycloak', 'keycloak-container-data-whole'].some((kept) =>
  existsSync(join(root, '.local', kept)),
);
if (command.firstTime && !isFetched) console.log(command.firstTime);
try {
  await ensureDependencies(root);
} catch (error) {
  fail(error.message);
}
const node = chooseNode(join(root, 'node_modules', '.bin', 'node'));
if (!node) {
  fail(
    `This project runs on Node ${leastNode} or newer. For ${process.platform}-${process.arch} the checkout brings none that ` +
      `works here, and the machine's own is ${process.version}.\nInstall a current Node from https://nodejs.org and run the command again.`,
  );
}
const child = spawn(node, [join(root, command.file), ...(command.arguments ?? []), ...args], {
  cwd: root,
  stdio: 'inherit',
});
// At a terminal the child gets Ctrl-C as well; the commands take a signal that comes twice as one.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
// npm passes a signal to the shell between itself and this process, and that dies without passing it on.
const parent = process.ppid;
if (process.env.npm_lifecycle_event) {
  setInterval(() => process.ppid === parent || child.kill('SIGTERM'), 500).unref();
}
child.on('error', (error) => fail(`${name} could not be started: ${error.message}`));
child.on('exit', (code, signal) => {
  if (signal) {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  } else {
    process.exitCode = code ?? 1;
  }
});
