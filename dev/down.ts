import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, type Started } from './child.ts';
import { main } from './problem.ts';
import { forgetState, readState, stopComponents } from './state.ts';

// It stops what it watches over, one thing after the other.
const LAUNCHER_GRACE_MS = 60_000;

await main(async () => {
  const state = readState();
  if (!state) {
    console.log('Nothing runs that npm run up of this checkout has started.');
    return 0;
  }
  if (state.launcher) await endLauncher(state.launcher);
  await stopComponents(state.components);
  forgetState();
  console.log('Stopped.');
  return 0;
});

async function endLauncher(launcher: Started): Promise<void> {
  if (!isAlive(launcher)) return;
  console.log(`Stopping npm run up (process ${launcher.pid}) …`);
  process.kill(launcher.pid, 'SIGTERM');
  const deadline = Date.now() + LAUNCHER_GRACE_MS;
  while (isAlive(launcher) && Date.now() < deadline) await sleep(100);
  if (isAlive(launcher)) process.kill(launcher.pid, 'SIGKILL');
}
