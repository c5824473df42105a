import type { KeycloakConnection } from '../../src/keycloak/connect.ts';
import { type Repair, sweep } from '../../src/upkeep/sweep.ts';
import { nobodyWatches } from './expiry-watch.ts';

/**
 * Sweeps as the service would after this time, and returns what was repaired. Throws when a repair fails.
 * @param sliceSize more than a test realm holds unless given
 */
export async function sweepLater(
  { connectGateway, sweepTargets }: KeycloakConnection,
  laterMs: number,
  sliceSize = 100_000,
): Promise<Repair[]> {
  const repairs: Repair[] = [];
  await sweep({
    targets: sweepTargets,
    connect: () => connectGateway({ signal: AbortSignal.timeout(60_000) }),
    now: () => Date.now() + laterMs,
    onRepair: (repair) => void repairs.push(repair),
    watch: nobodyWatches,
    sliceSize,
    onFailure: (error) => {
      throw error;
    },
  });
  return repairs;
}
