import type { Caller } from '../permissions/caller.ts';
import type { Catalogue } from '../permissions/catalogue.ts';
import type { Account } from './account.ts';
import type { Gateway } from './gateway.ts';

/** What carrying out a caller's request takes, in a tenant that the caller belongs to. */
export interface OperationContext {
  readonly gateway: Gateway;
  readonly caller: Caller;
  readonly tenantId: string;
  /** The header If-Match: what the caller wants the account to be before it is changed. */
  readonly ifMatch?: string | undefined;
  /** The header Idempotency-Key. */
  readonly idempotencyKey?: string | undefined;
  /** Told of the account as it was found under its lock, and of the catalogue where it was read, for the audit record. */
  readonly onAccountRead: (account: Account, catalogue?: Catalogue) => void;
  /** Told of what could not be cleared up; the outcome stays what it is. */
  readonly onCleanupFailure: (error: unknown) => void;
}
