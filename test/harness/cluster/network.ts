import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { Problem } from '../../../dev/problem.ts';

/** Set for a process that has a network to itself. */
const marker = 'ORKI_OWN_NETWORK';

/**
 * Runs this very program again in a network namespace of its own, where nothing but it and its children has an address,
 * and gives its exit code; undefined in the program that runs there. What is cut there is cut for nobody else, and is
 * gone with the last process in it.
 * @throws {Problem} where the system does not let it, as outside of Linux or without root
 */
export async function inOwnNetwork(): Promise<number | undefined> {
  if (process.env[marker] !== undefined) {
    execute('ip', ['link', 'set', 'lo', 'up']);
    return undefined;
  }
  const possible = spawnSync('unshare', ['--net', 'ip', 'link', 'set', 'lo', 'up'], { encoding: 'utf8' });
  if (possible.status !== 0) {
    const reason = possible.stderr || possible.error?.message;
    throw new Problem(`Several nodes need a network namespace (Linux, root, iproute2): ${reason}`);
  }
  const child = spawn('unshare', ['--net', process.execPath, ...process.execArgv, ...process.argv.slice(1)], {
    env: { ...process.env, [marker]: 'yes' },
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.removeAllListeners(signal);
    process.on(signal, () => child.kill(signal));
  }
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

/** Drops whatever arrives at these ports of this namespace, until what is returned is called. */
export function dropPackets(ports: readonly number[]): () => void {
  const rule = ['INPUT', '-p', 'tcp', '-m', 'multiport', '--ports', ports.join(','), '-j', 'DROP'];
  if (process.env[marker] === undefined)
    throw new Error('packets are dropped in a namespace of one’s own alone');
  execute('iptables', ['-A', ...rule]);
  return () => execute('iptables', ['-D', ...rule]);
}

function execute(command: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Problem(`${command} ${args.join(' ')} failed: ${stderr || error?.message}`);
}
