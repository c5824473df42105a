// The entry of every npm script. It runs before the dependencies are there, on whatever Node the machine has:
// hence plain JavaScript for Node 20 and nothing but Node's own modules.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { composeSecrets } from './compose-secrets.mjs';
import { ensureDependencies } from './dependencies.mjs';

const OLDEST_NODE = 20;
const PROJECT_NODE = 24;

const commands = {
  up: ['dev/up.ts'],
  down: ['dev/down.ts'],
  demo: ['dev/demo.ts'],
  test: ['node_modules/vitest/vitest.mjs', 'run'],
  check: ['dev/check.ts'],
  provision: ['src/commands/provision.ts'],
  tenant: ['src/commands/tenant.ts'],
  openapi: ['src/commands/openapi.ts'],
  client: ['dev/client.ts'],
  integrators: ['dev/integrators/run.ts'],
  compatibility: ['dev/compatibility.ts'],
  schemathesis: ['dev/schemathesis/run.ts'],
  races: ['test/harness/races.ts'],
  attacks: ['dev/attacks.ts'],
  audit: ['dev/audit.ts'],
  faults: ['test/harness/faults.ts'],
  soak: ['test/harness/soak.ts'],
};

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function fail(message) {
  console.error(message);
  process.exit(1);
}

function major(version) {
  return Number(/^v?(\d+)\./.exec(version)?.[1] ?? 0);
}

/** The checkout's own Node, which npm installs from a package for the platform; else this one, if new enough. */
function findNode() {
  const own = join(root, 'node_modules', '.bin', 'node');
  if (existsSync(own)) {
    const { stdout } = spawnSync(own, ['--version'], { encoding: 'utf8' });
    if (major(stdout ?? '') >= PROJECT_NODE) return own;
  }
  if (major(process.version) >= PROJECT_NODE) return process.execPath;
  return fail(
    `This project runs on Node ${PROJECT_NODE}. For ${process.platform}-${process.arch} the checkout brings none that works here, ` +
      `and the machine's own is ${process.version}.\nInstall Node ${PROJECT_NODE} or newer from https://nodejs.org and run the command again.`,
  );
}

if (major(process.version) < OLDEST_NODE) {
  fail(
    `Node ${process.version} is too old: this needs Node ${OLDEST_NODE} or newer (Node ${PROJECT_NODE} itself comes with the dependencies).\n` +
      'Install a current Node from https://nodejs.org and run the command again.',
  );
}
if (process.platform === 'win32') {
  fail(
    'This runs on Linux and macOS. On Windows, run it inside WSL (https://learn.microsoft.com/windows/wsl).',
  );
}
const [name, ...args] = process.argv.slice(2);
// Compose needs no dependencies of the checkout, and so the machine that runs it needs none either.
if (name === 'secrets') {
  try {
    composeSecrets(root, args);
    process.exit();
  } catch (error) {
    fail(error.message);
  }
}
const script = Object.hasOwn(commands, name ?? '') ? commands[name] : undefined;
if (!script) fail(`Usage: node dev/run.mjs ${[...Object.keys(commands), 'secrets'].join('|')} [arguments]`);

try {
  await ensureDependencies(root);
} catch (error) {
  fail(error.message);
}
const [file, ...fixed] = script;
const child = spawn(findNode(), [join(root, file), ...fixed, ...args], { cwd: root, stdio: 'inherit' });
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
