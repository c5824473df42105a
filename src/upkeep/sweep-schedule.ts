import type { FastifyBaseLogger } from 'fastify';
import type { ConnectGateway } from '../service-accounts/gateway.ts';
import { requestWorkMs } from '../time-limits.ts';
import type { ExpiryWatch } from './expiry-warnings.ts';
import { type Repair, type SweepDependencies, sweep } from './sweep.ts';
import type { SweepTargets } from './sweep-targets.ts';

/**
 * How many accounts a minute are compared with what they should be, on average; each takes two or three calls. So 100,000
 * accounts are compared in 31 hours, and the calls are too few to be noticed or to push accounts that are in use out of Keycloak's caches.
 */
const accountsPerMinute = 60;

export interface SweepSchedule {
  /** Ends it after the repair that it is at. */
  close(): Promise<void>;
}

/**
 * Sweeps time and again: `everyMs` after it started, and after each sweep, give or take a quarter, so that replicas
 * don't meet. Of all replicas one has the turn; a second sweep would do no harm, only work. Says what it repaired.
 */
export function scheduleSweeps(
  keycloak: { readonly connectGateway: ConnectGateway; readonly sweepTargets: SweepTargets },
  everyMs: number,
  logger: Pick<FastifyBaseLogger, 'info' | 'warn'>,
  watch: ExpiryWatch,
): SweepSchedule {
  let underWay: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const ending = new AbortController();
  const sliceSize = Math.ceil((everyMs / 60_000) * accountsPerMinute);
  const connect = () => keycloak.connectGateway({ signal: AbortSignal.timeout(requestWorkMs) });

  async function run(): Promise<void> {
    try {
      // Less than the shortest time between two, so that the turn is free again by then.
      if (await connect().takeTurn('sweep', everyMs / 2))
        await sweepOnce(
          { targets: keycloak.sweepTargets, connect, watch, sliceSize, signal: ending.signal },
          logger,
        );
    } catch (error) {
      logger.warn({ err: error }, 'the sweep broke off');
    }
  }

  function plan(): void {
    timer = setTimeout(
      () => {
        underWay = run().finally(plan);
      },
      everyMs * (0.75 + Math.random() / 2),
    );
    timer.unref();
  }

  plan();
  return {
    async close() {
      ending.abort();
      clearTimeout(timer);
      await underWay;
      clearTimeout(timer);
    },
  };
}

/** One sweep, logged: a line for each repair, and one for what came of all. */
async function sweepOnce(
  dependencies: Pick<SweepDependencies, 'targets' | 'connect' | 'watch' | 'sliceSize' | 'signal'>,
  logger: Pick<FastifyBaseLogger, 'info' | 'warn'>,
): Promise<void> {
  const repaired: Partial<Record<Repair['kind'], number>> = {};
  let failures = 0;
  await sweep({
    ...dependencies,
    now: Date.now,
    onRepair(repair) {
      repaired[repair.kind] = (repaired[repair.kind] ?? 0) + 1;
      logger.info({ repair }, 'swept');
    },
    onFailure(error) {
      failures += 1;
      logger.warn({ err: error }, 'not swept');
    },
  });
  logger.info({ repaired, failures }, 'sweep done');
}
