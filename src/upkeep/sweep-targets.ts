import type { Account } from '../service-accounts/account.ts';

/** A username that is reserved, and for which account. */
interface ReservedUsername {
  readonly roleId: string;
  readonly accountId: string;
  /** Whether it is the username of this account of this tenant. */
  readonly isOf: (account: Pick<Account, 'tenantId' | 'username'>) => boolean;
  readonly reservedAt: string;
}

/**
 * What the sweep looks at in Keycloak. What is long is read a slice at a time: each call goes on from about where the call
 * before it ended, and from the beginning again after the end. Each method throws a ServiceError: 503, or 504.
 */
export interface SweepTargets {
  /** The accounts of all tenants, unfinished ones among them. */
  accounts(): AsyncIterable<Account>;
  /**
   * Those that were made after a time, unfinished ones among them; the newest first.
   * @param time milliseconds since 1970
   */
  accountsMadeAfter(time: number): AsyncIterable<Account>;
  /** Those of which a warning may be due that their secret ends. */
  accountsToWarnOf(now: number): AsyncIterable<Account>;
  /** At most so many, or all if there are no more; unfinished ones among them. */
  someAccounts(max: number): AsyncIterable<Account>;
  /** At most so many, or all if there are no more. */
  someUsernames(max: number): AsyncIterable<ReservedUsername>;
  /** The roles that locked something, recorded a deletion or lay idle, and have expired before this time. */
  locksExpiredBefore(time: number): AsyncIterable<{ readonly roleId: string; readonly name: string }>;
  /** Removes one of these roles; one that is gone already does not matter. */
  removeRole(roleId: string): Promise<void>;
}
