import { spawn } from 'node:child_process';
import type { Started } from './child.ts';

/**
 * Ends a process group when this process is gone, however it went, and then removes `remains`: the guard waits for the
 * end of a pipe that only this process holds open. Gives what calls the guard off.
 */
export function endWithThisProcess({ pid }: Started, remains: string): () => void {
  // -s, because dash takes no other form of a signal together with `--`.
  const script = 'cat >/dev/null; kill -s KILL -- "-$0" 2>/dev/null; rm -rf -- "$1"';
  const child = spawn('sh', ['-c', script, String(pid), remains], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.unref();
  return () => {
    child.kill('SIGKILL');
  };
}
