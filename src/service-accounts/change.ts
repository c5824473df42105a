import type { Caller } from '../auth/caller.ts';
import type { Gateway } from '../keycloak/gateway.ts';
import type { Account } from './account.ts';
import { loadAccount } from './load.ts';

/** A change that a caller asked for, in a tenant that the caller belongs to. */
export interface Change {
  readonly gateway: Gateway;
  readonly caller: Caller;
  readonly tenantId: string;
  /** The account as it was found, for the audit record. */
  before?: Account;
}

/**
 * The account that a change is about, noted as it is before.
 * @throws {ServiceError} 404, as `loadAccount` does.
 */
export async function loadForChange(change: Change, id: string): Promise<Account> {
  const account = await loadAccount(change.gateway, change.tenantId, id);
  change.before = account;
  return account;
}
