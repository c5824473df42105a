import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify } from './lock.mjs';
import { Problem } from './problem.ts';

/** A process that the launcher started, in a form that a later run of the launcher can find it by. */
export interface Started {
  pid: number;
  identity: string;
}

interface Command {
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  log: string;
  /** Whether what the log holds is kept; else it starts anew. */
  appendToLog?: boolean | undefined;
  /** Whom it runs as, when not as this process. */
  user?: { uid: number; gid: number };
}

/**
 * Starts a process at the head of a process group of its own, writing to a log file: Ctrl-C at the terminal does
 * not reach it, so the launcher decides the order in which things stop, and it can outlive the launcher.
 */
export async function startInBackground(wanted: Command): Promise<Started> {
  const { command, args, env, cwd, log, appendToLog, user } = wanted;
  const output = openSync(log, appendToLog ? 'a' : 'w', 0o600);
  let child: ChildProcess;
  try {
    child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', output, output], ...user });
    await once(child, 'spawn');
  } catch (error) {
    throw new Problem(`${command} could not be started: ${(error as Error).message}`);
  } finally {
    closeSync(output);
  }
  child.unref();
  const pid = child.pid as number;
  return { pid, identity: identify(pid) ?? 'ended at once' };
}

/** Runs a command to its end, in the foreground's process group, and gives its exit code. Ends it on `signal`. */
export async function run(
  command: string,
  args: string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string; signal?: AbortSignal; onOutput: (text: string) => void },
): Promise<number> {
  const { env = process.env, cwd, signal, onOutput } = options;
  const child = spawn(command, args, {
    env,
    ...(cwd !== undefined && { cwd }),
    ...(signal && { signal }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.setEncoding('utf8').on('data', onOutput);
  child.stderr.setEncoding('utf8').on('data', onOutput);
  const [code] = (await once(child, 'close')) as [number | null];
  return code ?? 1;
}

/** Whether that very process runs, whatever became of its group. */
export function isAlive({ pid, identity }: Started): boolean {
  return identify(pid) === identity;
}

/** Whether anything of the process group still runs. A group outlives its first process, as java does kc.sh. */
export function isRunning({ pid, identity }: Started): boolean {
  const now = identify(pid);
  // The number can't be given to a stranger while its group has members, so a stranger means: all gone.
  if (now !== undefined) return now === identity;
  return groupHasMembers(pid);
}

function groupHasMembers(group: number): boolean {
  if (process.platform !== 'linux') {
    try {
      process.kill(-group, 0);
      return true;
    } catch {
      return false;
    }
  }
  // Where nobody collects orphans, as in some containers, a zombie keeps its group: look at the states.
  return readdirSync('/proc').some((entry) => {
    if (!/^\d+$/.test(entry)) return false;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      const [state, , processGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return Number(processGroup) === group && state !== 'Z';
    } catch {
      return false;
    }
  });
}

/** Ends a process group, first kindly, and after `graceMs` by force. Does nothing when it has ended already. */
export async function stop(started: Started, graceMs = 15_000): Promise<void> {
  for (const [signal, patienceMs] of [['SIGTERM', graceMs] as const, ['SIGKILL', 5_000] as const]) {
    if (!isRunning(started)) return;
    try {
      process.kill(-started.pid, signal);
    } catch {
      return;
    }
    const deadline = Date.now() + patienceMs;
    while (isRunning(started) && Date.now() < deadline) await sleep(50);
  }
}

/** The last lines of a log file, to be shown when what wrote it has failed. */
export function tail(log: string, lines = 20): string {
  try {
    const text = readFileSync(log, 'utf8').trimEnd();
    return `--- last lines of ${log}\n${text.split('\n').slice(-lines).join('\n')}\n---`;
  } catch {
    return `(${log} can't be read)`;
  }
}
