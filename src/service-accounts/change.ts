import { isOutcomeUnknown } from '../errors.ts';
import type { Caller } from '../permissions/caller.ts';
import type { Account } from './account.ts';
import type { AccountLock, Gateway } from './gateway.ts';
import { loadAccount } from './load.ts';
import { requireMatch } from './precondition.ts';

/** A change that a caller asked for, in a tenant that the caller belongs to. */
export interface Change {
  readonly gateway: Gateway;
  readonly caller: Caller;
  readonly tenantId: string;
  /** The header If-Match: what the caller wants the account to be before it is changed. */
  readonly ifMatch?: string | undefined;
  /** The header Idempotency-Key. */
  readonly idempotencyKey?: string | undefined;
  /** Takes note of what went wrong without changing the outcome. */
  readonly report: (error: unknown) => void;
  /** The account as it was found, for the audit record. */
  before?: Account;
  /** Set when the answer is one that was given before, with a new secret. */
  isReplay?: true;
}

interface Options {
  /** Whether the change was made before and is only asked for again; its condition was met then. */
  readonly isRepeated?: (account: Account) => boolean;
  readonly giveBack?: (lock: AccountLock) => Promise<void>;
}

/**
 * Changes one account of the tenant, alone: no other change of it runs beside this one on any replica. What `work` gets
 * is what Keycloak holds, and stays so until it is done.
 * @throws {ServiceError} 404, as `loadAccount` does; 409 when the change before takes too long; 412 when the account
 * does not meet the caller's condition.
 */
export function changeAccount<Result>(
  change: Change,
  id: string,
  work: (account: Account) => Promise<Result>,
  { isRepeated = () => false, giveBack }: Options = {},
): Promise<Result> {
  const { gateway, tenantId, ifMatch } = change;
  const changed = async () => {
    const account = await loadAccount(gateway, tenantId, id);
    change.before = account;
    if (!isRepeated(account)) requireMatch(ifMatch, account);
    return work(account);
  };
  return withLock(gateway, tenantId, id, changed, giveBack);
}

/**
 * Runs `work` while it holds the lock of an account. When the outcome of a change is unknown the lock stays: the change
 * may still arrive, and must not meet another one.
 */
export async function withLock<Result>(
  gateway: Gateway,
  tenantId: string,
  id: string,
  work: () => Promise<Result>,
  giveBack: (lock: AccountLock) => Promise<void> = (lock) => lock.release(),
): Promise<Result> {
  const lock = await gateway.lockAccount(tenantId, id);
  let result: Result;
  try {
    result = await work();
  } catch (error) {
    if (!isOutcomeUnknown(error)) await lock.release();
    throw error;
  }
  await giveBack(lock);
  return result;
}
