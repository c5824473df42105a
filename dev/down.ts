import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { isAlive, type Started } from './child.ts';
import { commands } from './commands.mjs';
import { deleteDemoData } from './keycloak/for-demo.ts';
import { local } from './paths.ts';
import { main } from './problem.ts';
import { forgetState, readState, stopComponents } from './state.ts';

// It stops what it watches over, one thing after the other.
const LAUNCHER_GRACE_MS = 60_000;

await main(async () => {
  const { reset } = parseArgs({ options: commands.down.options }).values;
  await stopEverything();
  if (reset) deleteEverything();
  return 0;
});

async function stopEverything(): Promise<void> {
  const state = readState();
  if (!state) {
    console.log('Nothing is running that npm run up of this checkout has started.');
    return;
  }
  if (state.launcher) await endLauncher(state.launcher);
  await stopComponents(state.components);
  forgetState();
  console.log('Stopped.');
}

function deleteEverything(): void {
  deleteDemoData();
  for (const name of ['logs', 'client-secret']) rmSync(join(local, name), { recursive: true, force: true });
  console.log(
    'The data and the logs are deleted. npm run up starts afresh, with the Keycloak that is downloaded.',
  );
}

async function endLauncher(launcher: Started): Promise<void> {
  if (!isAlive(launcher)) return;
  console.log(`Stopping npm run up (process ${launcher.pid}) …`);
  process.kill(launcher.pid, 'SIGTERM');
  const deadline = Date.now() + LAUNCHER_GRACE_MS;
  while (isAlive(launcher) && Date.now() < deadline) await sleep(100);
  if (isAlive(launcher)) process.kill(launcher.pid, 'SIGKILL');
}
