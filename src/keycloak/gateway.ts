import type { Catalogue, Mode } from '../permissions/catalogue.ts';
import type { Account, Stamp } from '../service-accounts/account.ts';

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

/** Who holds a username, since when. */
export interface UsernameHolder {
  readonly accountId: string;
  readonly reservedAt: string;
}

/**
 * All that this service asks of Keycloak, bound to one request's deadline. Every method throws a ServiceError:
 * `keycloak-unavailable` when Keycloak can't be reached, refuses this service or is too slow to read from,
 * `outcome-unknown` when a change was sent and no answer came. Only clients that carry both the mark and a tenant
 * exist for it.
 */
export interface Gateway {
  /** The permissions and modes as provisioned; at most half a minute old, at most two seconds with `fresh`. */
  catalogue(options?: { readonly fresh: boolean }): Promise<Catalogue>;

  findAccount(id: string): Promise<Account | undefined>;
  findAccountByClientId(clientId: string): Promise<Account | undefined>;
  listAccounts(tenantId: string, first: number, max: number): Promise<AccountStretch>;

  /** Makes the client with all but its tenant role and its rights: its token is good for nothing yet. */
  createClient(account: NewAccount): Promise<void>;
  /** Puts the tenant into the account's tokens. */
  assignTenant(id: string, tenantId: string): Promise<void>;
  /** Changes attributes alone: Keycloak loses no such write to another one on the same client. */
  editAccount(id: string, edit: AccountEdit, stamp: Stamp): Promise<void>;
  replaceSecret(id: string, secret: NewSecret, stamp: Stamp): Promise<void>;
  setActive(id: string, active: boolean, stamp: Stamp): Promise<void>;
  /** Whether there was one to delete. */
  deleteAccount(id: string): Promise<boolean>;

  /** The `orki-api` roles mapped to the account's user, composites unexpanded: the truth about its rights. */
  grantedRoles(id: string): Promise<string[]>;
  grantRoles(id: string, roles: readonly string[]): Promise<void>;
  revokeRoles(id: string, roles: readonly string[]): Promise<void>;

  /** Takes a username for an account, atomically over all replicas; whoever holds it already is returned. */
  reserveUsername(
    tenantId: string,
    username: string,
    holder: UsernameHolder,
  ): Promise<UsernameHolder | 'reserved'>;
  /** Gives a username back, if this account holds it. */
  releaseUsername(tenantId: string, username: string, accountId: string): Promise<void>;

  /** The same gateway with a short deadline of its own, for clearing up after a request that failed. */
  forCleanup(): Gateway;
}

/** Binds the gateway to one request. */
export type ConnectGateway = (context: CallContext) => Gateway;

export interface CallContext {
  /** Ends the request's calls to Keycloak when its time is over. */
  readonly signal: AbortSignal;
}
