import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { withLock } from './lock.mjs';

/** Makes node_modules what package-lock.json says; does nothing when it is so already. Throws when npm fails. */
export async function ensureDependencies(root) {
  if (isUpToDate(root)) return;
  await withLock(
    join(root, '.local', 'install.lock'),
    (pid) => console.log(`Waiting for another installation of the dependencies (process ${pid}) …`),
    async () => {
      if (!isUpToDate(root)) await install(root);
    },
  );
}

/**
 * npm writes node_modules/.package-lock.json as the last thing an installation does, so it being there and equal
 * tells a whole installation, by whichever npm command, from a broken or an old one.
 */
function isUpToDate(root) {
  const wanted = readPackages(join(root, 'package-lock.json'));
  const installed = readPackages(join(root, 'node_modules', '.package-lock.json'));
  if (!wanted || !installed) return false;
  return Object.entries(wanted).every(([path, { version, optional, devOptional, peer }]) => {
    if (path === '') return true;
    const found = installed[path];
    // Optional packages are those of other platforms; npm leaves them out.
    if (!found) return Boolean(optional || devOptional || peer);
    return found.version === version && existsSync(join(root, path, 'package.json'));
  });
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

async function install(root) {
  rmSync(join(root, 'node_modules', '.package-lock.json'), { force: true });
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  console.log('Installing the dependencies (npm ci) …');
  const ticker = setInterval(() => console.log(`… still installing, ${seconds()} s`), 15_000);
  try {
    await npm(root, ['ci', '--include=dev', '--include=optional', '--loglevel=error']);
  } catch (error) {
    throw new Error(
      `The dependencies could not be installed (${error.message}); npm's own words are above.\n` +
        'Check the connection to the npm registry (npm ping) and run the command again: it starts over by itself.',
    );
  } finally {
    clearInterval(ticker);
  }
  console.log(`Dependencies installed in ${seconds()} s.`);
}

function npm(root, args) {
  // The npm that runs this script is taken where there is one, on the Node it runs on: the checkout's own Node
  // is among the files that npm is about to replace.
  const cli = process.env.npm_execpath;
  const command =
    cli && basename(cli) === 'npm-cli.js'
      ? [process.env.npm_node_execpath ?? process.execPath, cli, ...args]
      : ['npm', ...args];
  return new Promise((resolve, reject) => {
    const child = spawn(command[0], command.slice(1), { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', (error) => reject(error.code === 'ENOENT' ? new Error('npm was not found') : error));
    child.on('exit', (code, signal) =>
      code === 0 ? resolve() : reject(new Error(signal ? `ended by ${signal}` : `exit code ${code}`)),
    );
  });
}
