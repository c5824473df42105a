import { spawn } from 'node:child_process';
import { runCli } from './cli.ts';

/** Shows a page with the system's own opener; where there is none, the person opens it. */
function openBrowser(url: URL): void {
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open';
  spawn(opener, [url.href], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}

const { stdin, stdout, stderr, env } = process;
process.exitCode = await runCli(process.argv.slice(2), { stdin, stdout, stderr, env, openBrowser });
