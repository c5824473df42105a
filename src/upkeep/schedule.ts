import type { FastifyBaseLogger } from 'fastify';
import type { KeycloakConnection } from '../keycloak/connect.ts';
import { type Repair, sweep } from './sweep.ts';

/** For one repair. */
const repairMs = 7_000;

export interface Sweeper {
  /** Ends it after the repair that it is at. */
  close(): Promise<void>;
}

/**
 * Sweeps time and again: `everyMs` after it started, and after each sweep, give or take a quarter, so that replicas
 * don't meet. Of all replicas one has the turn; a second sweep would do no harm, only work. Says what it repaired.
 */
export function startSweeper(
  keycloak: Pick<KeycloakConnection, 'connectGateway' | 'housekeeping'>,
  everyMs: number,
  logger: Pick<FastifyBaseLogger, 'info' | 'warn'>,
): Sweeper {
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const ending = new AbortController();
  const connect = () => keycloak.connectGateway({ signal: AbortSignal.timeout(repairMs) });

  async function run(): Promise<void> {
    try {
      // Less than the shortest time between two, so that the turn is free again by then.
      if (await connect().takeTurn('sweep', everyMs / 2))
        await sweepOnce(keycloak.housekeeping, connect, logger, ending.signal);
    } catch (error) {
      logger.warn({ err: error }, 'the sweep broke off');
    }
  }

  function plan(): void {
    timer = setTimeout(
      () => {
        running = run().finally(plan);
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
      await running;
      clearTimeout(timer);
    },
  };
}

/** One sweep, logged: a line for each repair, and one for what came of all. */
async function sweepOnce(
  housekeeping: KeycloakConnection['housekeeping'],
  connect: Parameters<typeof sweep>[0]['connect'],
  logger: Pick<FastifyBaseLogger, 'info' | 'warn'>,
  signal: AbortSignal,
): Promise<void> {
  const repaired: Partial<Record<Repair['kind'], number>> = {};
  let failures = 0;
  await sweep({
    housekeeping,
    connect,
    signal,
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
