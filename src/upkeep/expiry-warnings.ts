import { type Account, viewOf } from '../service-accounts/account.ts';
import type { Gateway } from '../service-accounts/gateway.ts';
import { hasExpired, remainingWarnings, type WarningDays } from '../service-accounts/secret-expiry.ts';
import { withAccountLock } from '../service-accounts/under-lock.ts';

/** That the secret of an account ends within so many days. */
export interface ExpiryWarning {
  readonly account: Account;
  readonly days: WarningDays;
}

/** What becomes of a warning. */
export interface ExpiryWatch {
  /** Tells whoever wants to be told; may be called twice for one warning, when it fails or a crash comes between. */
  readonly announce: (warning: ExpiryWarning) => Promise<void>;
  /** Told once of each warning, when it counts as given, and of all permissions that the account has. */
  readonly onWarned: (warning: ExpiryWarning, permissions: readonly string[]) => void;
}

/**
 * The latest warning that is due for an active account whose secret has not expired, or undefined.
 * @param now milliseconds since 1970
 */
function dueWarning(account: Account, now: number): WarningDays | undefined {
  if (!account.active || hasExpired(account, now)) return undefined;
  return remainingWarnings(account, account.expiryWarnedDays).findLast(({ dueAt }) => dueAt <= now)?.days;
}

/**
 * Gives the warning that is due for an account, once over all replicas: under the account's lock, in which it is noted with
 * the account. What can't be announced is not noted, so that the next sweep tries again.
 * @throws {ServiceError} as the gateway does, and what `announce` throws
 */
export async function warnOfExpiry(
  { connect, now, watch }: { connect: () => Gateway; now: () => number; watch: ExpiryWatch },
  { id, tenantId, ...seen }: Account,
): Promise<void> {
  if (dueWarning({ id, tenantId, ...seen }, now()) === undefined) return;
  const gateway = connect();
  await withAccountLock(gateway, tenantId, id, async () => {
    const account = await gateway.findAccount(id);
    const days = account && dueWarning(account, now());
    if (account === undefined || days === undefined) return;
    const { permissions } = viewOf(account, await gateway.catalogue());
    await watch.announce({ account, days });
    await gateway.noteExpiryWarning(account, days);
    watch.onWarned({ account, days }, permissions);
  });
}
