import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { startInBackground, stop } from '../../../dev/child.ts';
import { endWithThisProcess } from '../../../dev/guard.ts';
import { logFile, root } from '../../../dev/paths.ts';
import { waitUntilReady } from '../../../dev/ready.ts';
import { freePort } from '../../support/free-port.ts';

const READY_TIMEOUT_MS = 30_000;

/** Starts one of the programs of this folder that are servers, as a process of its own. */
export async function startServer(name: 'forwarder' | 'wrapper' | 'bare', env: Record<string, string>) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const log = logFile(`${name}-${process.pid}`);
  const started = await startInBackground({
    command: process.execPath,
    args: [join(root, 'test', 'harness', 'bench', `${name}.ts`)],
    env: { PATH: process.env.PATH, ...env, PORT: String(port) },
    cwd: root,
    log,
  });
  const release = endWithThisProcess(started, log);
  await waitUntilReady({ name, url, log, started, timeoutMs: READY_TIMEOUT_MS });
  return {
    url,
    pid: started.pid,
    async [Symbol.asyncDispose]() {
      await stop(started);
      release();
      rmSync(log, { force: true });
    },
  };
}
