import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { root } from '../../../dev/paths.ts';
import { connectKeycloak } from '../../../src/keycloak/connect.ts';
import { names } from '../../../src/names.ts';
import type { KeycloakCallObserver } from '../../../src/observability/keycloak-call-observer.ts';
import { sweepLater } from '../../support/sweep-later.ts';
import type { Laboratory } from '../laboratory.ts';
import { footprintOf } from './footprint.ts';

/** One thing that goes on beside requests, or that an operator starts. */
export interface Background {
  readonly what: string;
  readonly seconds: number;
  /** Calls to Keycloak; unknown of a command, which is a process of its own. */
  readonly calls: number | undefined;
  /** The most memory that a command held, in MB; what goes on in the service is within its footprint. */
  readonly peakMb: number | undefined;
}

/** As the service does by default: every quarter of an hour, 60 accounts for each minute. */
const sliceSize = 900;
const pollMs = 100;

/**
 * Measures what does not belong to a request: counting, a sweep, and the commands of operators that look through the whole realm or a whole tenant.
 * @param tenants of which the first is switched off
 */
export async function measureBackground(
  { realm }: Pick<Laboratory, 'realm'>,
  tenants: readonly string[],
): Promise<Background[]> {
  let calls = 0;
  const observe: KeycloakCallObserver = () => {
    calls += 1;
    return { headers: {}, end: () => undefined };
  };
  const { url: internalUrl, name, issuer, secret } = realm;
  const own = { clientId: names.serviceClient, credential: { secret } };
  const keycloak = connectKeycloak(
    { ...own, internalUrl, issuer, realm: name, callTimeoutMs: 60_000 },
    () => undefined,
    observe,
  );
  const measured: Background[] = [];
  async function measure(what: string, work: () => Promise<unknown>): Promise<void> {
    const before = calls;
    const startedAt = performance.now();
    await work();
    const seconds = (performance.now() - startedAt) / 1000;
    measured.push({ what, seconds, calls: calls - before, peakMb: undefined });
  }

  try {
    await measure('counting the accounts, for the metrics', keycloak.countAccounts);
    await measure(`a sweep, of which the slice is ${sliceSize} accounts`, () =>
      sweepLater(keycloak, 0, sliceSize),
    );
    measured.push(
      await runCommand(
        'npm run provision -- --check',
        ['src/commands/provision.ts', '--check'],
        realm.env,
        [0, 1],
      ),
    );
    const [leaving] = tenants;
    if (leaving !== undefined) {
      const args = ['src/commands/tenant.ts', 'deactivate', leaving];
      const env = { ...realm.env, AUDIT_FILE: '/dev/null' };
      measured.push(await runCommand('npm run tenant -- deactivate, with its wait of 24 s', args, env, [0]));
    }
    return measured;
  } finally {
    await keycloak.close();
  }
}

async function runCommand(
  what: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  expected: readonly number[],
): Promise<Background> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] });
  let peakMb = 0;
  const poll = setInterval(() => {
    if (child.pid !== undefined) peakMb = Math.max(peakMb, peakOf(child.pid));
  }, pollMs);
  try {
    const [code] = await once(child, 'exit');
    if (!expected.includes(code)) throw new Error(`${what} ended with exit code ${code}`);
  } finally {
    clearInterval(poll);
  }
  return { what, seconds: (performance.now() - startedAt) / 1000, calls: undefined, peakMb };
}

/** None of a process that has just ended. */
function peakOf(pid: number): number {
  try {
    return footprintOf(pid).peakMb || 0;
  } catch {
    return 0;
  }
}
