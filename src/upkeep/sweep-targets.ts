import type { Account } from '../service-accounts/account.ts';

/** A username that is reserved, and for which account. */
export interface ReservedUsername {
  readonly roleId: string;
  readonly accountId: string;
  /** Whether it is the username of this account of this tenant. */
  readonly isOf: (account: Account) => boolean;
  readonly reservedAt: string;
}

/** What a crash can leave behind in Keycloak, for the sweep. Each method throws a ServiceError: 503, or 504. */
export interface SweepTargets {
  /** The accounts of all tenants, unfinished ones among them. */
  accounts(): AsyncIterable<Account>;
  usernames(): AsyncIterable<ReservedUsername>;
  /** The roles that locked something, recorded a deletion or lay idle, and have expired before this time. */
  locksExpiredBefore(time: number): AsyncIterable<{ readonly roleId: string; readonly name: string }>;
  /** Removes one of these roles; one that is gone already does not matter. */
  removeRole(roleId: string): Promise<void>;
}
