import type { Catalogue, Mode } from '../permissions/catalogue.ts';
import type { Account, Stamp } from './account.ts';
import type { RememberedRequests } from './remembered-requests.ts';

/** What a new account is made of. */
export interface NewAccount extends Stamp {
  /** Chosen by the caller of the gateway, so that the outcome of a lost answer can be read back. */
  readonly id: string;
  readonly clientId: string;
  readonly tenantId: string;
  readonly username: string;
  readonly description: string | null;
  readonly mode: Mode;
  readonly permissions: readonly string[];
  readonly secret: string;
  readonly secretHint: string;
  readonly requests: RememberedRequests | null;
}

/** What an edit changes; what is left out stays. */
export interface AccountEdit {
  readonly username?: string;
  readonly description?: string | null;
  readonly mode?: Mode;
  readonly permissions?: readonly string[];
}

export interface NewSecret {
  readonly value: string;
  readonly hint: string;
}

/** A stretch of a tenant's accounts in Keycloak's order, which is that of clientId: newest first. */
export interface AccountStretch {
  readonly accounts: readonly Account[];
  /** Of all clients that Keycloak returned, those left out of `accounts` too; fewer than asked for end the list. */
  readonly clientIds: readonly string[];
}

/** The right to change an account, kept until it is given back or expires. */
export interface AccountLock {
  /** Gives it back. Never fails: what can't be given back expires. */
  release(): Promise<void>;
  /** Gives it back and leaves word, for a day, that the account was deleted. Never fails. */
  releaseAsDeleted(): Promise<void>;
}

/** Who holds a username, since when. */
export interface UsernameHolder {
  readonly accountId: string;
  readonly reservedAt: string;
}

/**
 * All that this service asks of Keycloak, bound to one request's deadline. Every method throws a ServiceError:
 * `keycloak-unavailable` when Keycloak can't be reached, refuses this service or is too slow to read from,
 * `outcome-unknown` when a change was sent, no answer came and reading back did not show it. Only clients that carry both the mark and a tenant
 * exist for it.
 */
export interface Gateway {
  /**
   * Keeps every other change of this account away, over all replicas, until the lock is given back. Waits some seconds
   * for the one before.
   * @throws {ServiceError} 409 when that takes too long, with the time after which the lock expires
   */
  lockAccount(tenantId: string, id: string): Promise<AccountLock>;
  /** Takes the turn at something for this time, over all replicas; false when another one has it. */
  takeTurn(name: string, forMs: number): Promise<boolean>;
  /** Whether an account of this id was deleted within the last day and word was left of it. */
  wasDeleted(tenantId: string, id: string): Promise<boolean>;

  /** The permissions and modes as provisioned; at most half a minute old, at most two seconds with `fresh`. */
  catalogue(options?: { readonly fresh: boolean }): Promise<Catalogue>;

  /** Also one that is unfinished. */
  findAccount(id: string): Promise<Account | undefined>;
  findAccountByClientId(clientId: string): Promise<Account | undefined>;
  /** Unfinished ones are left out of `accounts`. */
  listAccounts(tenantId: string, first: number, max: number): Promise<AccountStretch>;

  /** Makes the client, unfinished, with all but its tenant role and its rights: its token is good for nothing yet. */
  createClient(account: NewAccount): Promise<void>;
  /** Puts the tenant into the account's tokens. */
  assignTenant(id: string, tenantId: string): Promise<void>;
  /** Marks the account as whole. */
  finishAccount(id: string): Promise<void>;
  /** Changes attributes alone: Keycloak loses no such write to another one on the same client. */
  editAccount(id: string, edit: AccountEdit, stamp: Stamp): Promise<void>;
  replaceSecret(
    id: string,
    secret: NewSecret,
    stamp: Stamp,
    requests: RememberedRequests | null,
  ): Promise<void>;
  setActive(id: string, active: boolean, stamp: Stamp): Promise<void>;
  /** Whether there was one to delete. */
  deleteAccount(id: string): Promise<boolean>;

  /** The `orki-api` roles mapped to the account's user, composites unexpanded: the truth about its rights. */
  grantedRoles(id: string): Promise<string[]>;
  grantRoles(id: string, roles: readonly string[]): Promise<void>;
  revokeRoles(id: string, roles: readonly string[]): Promise<void>;

  /**
   * Takes a username for an account, atomically over all replicas, and gives this request twenty seconds to use it;
   * whoever holds it already is returned, or `contended` when that one gave it back at the same moment.
   */
  reserveUsername(
    tenantId: string,
    username: string,
    holder: UsernameHolder,
  ): Promise<UsernameHolder | 'reserved' | 'contended'>;
  /** Gives a username back, if this account holds it; if given, since exactly then. */
  releaseUsername(tenantId: string, username: string, accountId: string, reservedAt?: string): Promise<void>;

  /** The same gateway with a short deadline of its own, for clearing up after a request that failed. */
  forCleanup(): Gateway;
}

/** Binds the gateway to one request. */
export type ConnectGateway = (context: CallContext) => Gateway;

export interface CallContext {
  /** Ends the request's calls to Keycloak when its time is over. */
  readonly signal: AbortSignal;
}
