import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning, type Started, stop } from './child.ts';
import { local } from './paths.ts';
import type { Ports } from './settings.ts';

export interface Component extends Started {
  name: string;
  log: string;
}

/** What `npm run up` has started, for `down`, for `demo` and for the next `up`. */
export interface State {
  ports: Ports;
  /** In the order of their start. */
  components: Component[];
  /** The `npm run up` that watches over it in some terminal; none when it runs detached. */
  launcher?: Started;
}

const file = join(local, 'running.json');

export function readState(): State | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as State;
  } catch {
    return undefined;
  }
}

export function writeState(state: State): void {
  const whole = `${file}.${process.pid}`;
  writeFileSync(whole, JSON.stringify(state, null, 2), { mode: 0o600 });
  renameSync(whole, file);
}

export function forgetState(): void {
  rmSync(file, { force: true });
}

/** Stops what runs of the components, last started first, and says so. */
export async function stopComponents(components: Component[]): Promise<void> {
  for (const component of components.toReversed().filter(isRunning)) {
    console.log(`Stopping ${component.name} …`);
    await stop(component);
  }
}
