import type { Catalogue, Mode } from '../permissions/catalogue.ts';
import type { Account, PreviousSecret, Stamp, StatusBeforeTenantOff } from './account.ts';
import type { PublicKey } from './public-keys.ts';
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
  /** By which it authenticates; null for by its secret. */
  readonly keys: readonly PublicKey[] | null;
  /** Of an account with keys, one that nobody gets to know. */
  readonly secret: string;
  readonly secretHint: string;
  /** RFC 3339 in whole seconds; null for never. */
  readonly secretExpiresAt: string | null;
  readonly requests: RememberedRequests | null;
}

/** What an edit replaces; what is left out stays. */
export interface AccountEdit {
  readonly username?: string;
  readonly description?: string | null;
  readonly mode?: Mode;
  readonly permissions?: readonly string[];
}

interface NewSecret {
  readonly value: string;
  readonly hint: string;
}

/** A new secret, and what becomes of the ones before it. */
export interface SecretRenewal {
  readonly secret: NewSecret;
  /** RFC 3339 in whole seconds; null for never. */
  readonly expiresAt: string | null;
  readonly requests: RememberedRequests | null;
  /**
   * The secret of now, when it stays valid beside the new one, and until when; or `ends`: the new one is the only one;
   * or `stays`: the secret of now ends, and what was valid beside it stays so for as long as it would have been.
   */
  readonly previous: PreviousSecret | 'ends' | 'stays';
  /** Before which tokens are revoked along with it (RFC 3339, whole seconds); by default none are. */
  readonly tokensRevokedBefore?: string;
}

/** The keys by which an account authenticates from now on, and by nothing else. */
export interface KeyReplacement {
  readonly keys: readonly PublicKey[];
  readonly requests: RememberedRequests | null;
}

/**
 * Whether an account obtains tokens, what it was when its tenant was switched off, and before which time its tokens are
 * revoked (RFC 3339, whole seconds); what is left out stays.
 */
export interface AccountStatus {
  readonly active?: boolean;
  readonly tenantOff?: StatusBeforeTenantOff | null;
  readonly tokensRevokedBefore?: string;
}

/** That the tokens of an account that were issued before a time (RFC 3339, whole seconds) are revoked. */
interface RevocationEntry {
  readonly clientId: string;
  readonly issuedBefore: string;
}

interface AccountWithRoles {
  readonly account: Account;
  /** The `orki-api` roles that are mapped to its user, composites unexpanded: the truth about its rights. */
  readonly roles: readonly string[];
}

/** A stretch of a tenant's accounts in Keycloak's order, which is that of clientId: newest first. */
interface AccountStretch {
  readonly accounts: readonly Account[];
  /** Of all clients that Keycloak returned, those left out of `accounts` too; fewer than asked for end the list. */
  readonly clientIds: readonly string[];
}

/** The right to change an account, kept until it is given back or expires. */
export interface AccountLock {
  /** Gives it back. Never fails: what can't be given back expires. */
  release(): Promise<void>;
  /** Gives it back and records, for a day, that the account was deleted. Never fails. */
  releaseAsDeleted(): Promise<void>;
}

/** For which account a username is reserved, and since when (RFC 3339). */
export interface UsernameReservation {
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
  /** Takes the turn at something for this time, over all replicas; false when another replica has it. */
  takeTurn(name: string, forMs: number): Promise<boolean>;
  /** Whether `releaseAsDeleted` recorded within the last day that an account of this id was deleted. */
  wasDeleted(tenantId: string, id: string): Promise<boolean>;

  /** The permissions and modes as provisioned; at most half a minute old, at most two seconds with `fresh`. */
  catalogue(options?: { readonly fresh: boolean }): Promise<Catalogue>;

  /** The tenants that have or had accounts, or were switched off before their first one. */
  tenants(): Promise<string[]>;
  /** Whether the operator has switched the tenant off. */
  isTenantOff(tenantId: string): Promise<boolean>;
  /** Records since when the tenant is off (RFC 3339), or with null that it is on. */
  setTenantOff(tenantId: string, since: string | null): Promise<void>;

  /** Also one that is unfinished. */
  findAccount(id: string): Promise<Account | undefined>;
  /** A finished account of this tenant with its roles. Of any other id only that it is none is found out. */
  findAccountWithRoles(tenantId: string, id: string): Promise<AccountWithRoles | undefined>;
  findAccountByClientId(clientId: string): Promise<Account | undefined>;
  /** Unfinished ones are left out of `accounts`. */
  listAccounts(tenantId: string, first: number, max: number): Promise<AccountStretch>;

  /** Makes the client, unfinished, without its tenant role and its rights: nothing accepts its tokens yet. */
  createClient(account: NewAccount): Promise<void>;
  /** Puts the tenant into the account's tokens, and maps roles of `orki-api` to it; in no particular order. */
  assignTenantAndRoles(id: string, tenantId: string, roles: readonly string[]): Promise<void>;
  /** Marks the account as finished. */
  finishAccount(id: string): Promise<void>;
  /** Also keeps what Keycloak's console shows of the account in step with its username and description. */
  editAccount(account: Pick<Account, 'id' | 'tenantId'>, edit: AccountEdit, stamp: Stamp): Promise<void>;
  /** Has Keycloak's console show the account's username and description; nothing that callers see changes. */
  showInConsole(account: Account): Promise<void>;
  /**
   * In one write, so that no crash leaves an account without a secret that works. An account with keys authenticates by
   * the secret from then on. Needs the account's lock.
   */
  replaceSecret(id: string, renewal: SecretRenewal, stamp: Stamp): Promise<void>;
  /** Ends the keys, or the secrets, that the account had, in one write. Needs the account's lock. */
  replaceKeys(id: string, replacement: KeyReplacement, stamp: Stamp): Promise<void>;
  /** Ends what is valid beside the secret; nothing else changes. */
  endPreviousSecret(id: string, stamp: Stamp): Promise<void>;
  /** Whether Keycloak keeps two secrets and ends them on time; at most five minutes old. */
  canRotateSecrets(): Promise<boolean>;
  /** Notes that somebody was warned so many days before the end of the secret; nothing that is shown changes. */
  noteExpiryWarning(account: Account, days: number): Promise<void>;
  setStatus(id: string, status: AccountStatus, stamp: Stamp): Promise<void>;
  /**
   * Tells services that look at signatures alone, by `listRevocations`, that the account's tokens of before a whole second
   * are revoked; the account itself stays as it is.
   * @returns until when the last of these tokens lives
   */
  recordRevocation(
    account: Pick<Account, 'tenantId' | 'clientId'>,
    issuedBefore: string,
  ): Promise<{ readonly acceptedUntil: string }>;
  /** The latest of each account of the tenant, of which a token may still be accepted somewhere; by clientId. */
  listRevocations(tenantId: string): Promise<RevocationEntry[]>;
  /** Whether there was one to delete. */
  deleteAccount(id: string): Promise<boolean>;

  /** The `orki-api` roles that are mapped to the account's user, composites unexpanded. */
  grantedRoles(id: string): Promise<string[]>;
  grantRoles(id: string, roles: readonly string[]): Promise<void>;
  revokeRoles(id: string, roles: readonly string[]): Promise<void>;

  /**
   * Reserves a username for an account, atomically over all replicas, and gives this request twenty seconds to use it.
   * Returns the reservation that stands in the way, or `contended` when that one was released at the same moment.
   */
  tryReserveUsername(
    tenantId: string,
    username: string,
    reservation: UsernameReservation,
  ): Promise<UsernameReservation | 'reserved' | 'contended'>;
  /** Releases a username, if it is reserved for this account; if given, since exactly then. */
  releaseUsername(tenantId: string, username: string, accountId: string, reservedAt?: string): Promise<void>;

  /** The same gateway with a later deadline, for clearing up after a request that failed. */
  forCleanup(): Gateway;
}

/** Binds the gateway to one request. */
export type ConnectGateway = (context: CallContext) => Gateway;

interface CallContext {
  /** Ends the request's calls to Keycloak when its time is over. */
  readonly signal: AbortSignal;
}
