import type { ExpiryWatch } from '../../src/upkeep/expiry-warnings.ts';

/** For sweeps that are about something else than the ends of secrets. */
export const nobodyWatches: ExpiryWatch = { announce: async () => undefined, onWarned: () => undefined };
