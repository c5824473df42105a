import { type Account, viewOf } from '../service-accounts/account.ts';
import type { Gateway } from '../service-accounts/gateway.ts';
import { lifetimeOf, warningDays } from '../service-accounts/secret-expiry.ts';
import { withAccountLock } from '../service-accounts/under-lock.ts';

const dayMs = 86_400_000;
type WarningDays = (typeof warningDays)[number];

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
 * The warning that is due for an active account, or undefined. One that was given, or a later one, is not due again until
 * there is a new secret, and a secret that was made to live no longer than a warning's days gets no such warning.
 * @param now milliseconds since 1970
 */
function dueWarning(account: Account, now: number): WarningDays | undefined {
  const { active, secretExpiresAt, expiryWarnedDays } = account;
  const lifetimeMs = lifetimeOf(account);
  if (!active || secretExpiresAt === null || lifetimeMs === null) return undefined;
  const leftMs = Date.parse(secretExpiresAt) - now;
  if (leftMs <= 0) return undefined;
  const due = warningDays.find((days) => leftMs <= days * dayMs && lifetimeMs > days * dayMs);
  const isGiven = due !== undefined && expiryWarnedDays !== null && expiryWarnedDays <= due;
  return isGiven ? undefined : due;
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
    await gateway.noteExpiryWarning(id, days);
    watch.onWarned({ account, days }, permissions);
  });
}
