import { dayOf, daysOfDueWarnings, remainingWarnings } from '../../src/service-accounts/secret-expiry.ts';
import type { SweepTargets } from '../../src/upkeep/sweep-targets.ts';
import type { InMemoryKeycloak } from './in-memory-keycloak.ts';

const nothing = async function* () {};

/** For sweeps that find nothing but what a test puts there. */
export const noTargets: SweepTargets = {
  accounts: nothing,
  accountsMadeAfter: nothing,
  accountsToWarnOf: nothing,
  someAccounts: nothing,
  someUsernames: nothing,
  locksExpiredBefore: nothing,
  removeRole: async () => undefined,
};

/** The accounts of a Keycloak in memory, as a sweep finds them; a slice is the first ones. */
export function accountTargets(keycloak: InMemoryKeycloak): SweepTargets {
  const accounts = () => [...keycloak.clients.values()].map(({ account }) => account);
  return {
    ...noTargets,
    async *accountsMadeAfter(time) {
      yield* accounts().filter(({ createdAt }) => Date.parse(createdAt) > time);
    },
    async *accountsToWarnOf(now) {
      const days = daysOfDueWarnings(now);
      for (const account of accounts()) {
        const [next] = remainingWarnings(account, account.expiryWarnedDays);
        if (next !== undefined && days.includes(dayOf(next.dueAt))) yield account;
      }
    },
    async *someAccounts(max) {
      yield* accounts().slice(0, max);
    },
  };
}
