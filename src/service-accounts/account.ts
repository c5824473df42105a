import { hash } from 'node:crypto';
import type { z } from 'zod';
import type { Catalogue, Mode } from '../permissions/catalogue.ts';
import { effectivePermissions } from '../permissions/catalogue.ts';
import type { Actor } from './actor.ts';
import { continued, type History, type RecordedAction } from './history.ts';
import type { PublicKey } from './public-keys.ts';
import type { RememberedRequests } from './remembered-requests.ts';
import type { accountSchema, accountWithSecretSchema, createdAccountSchema } from './schemas.ts';
import { hasExpired } from './secret-expiry.ts';

/** Who changed an account, and when (RFC 3339 in UTC). */
export interface Stamp {
  readonly at: string;
  readonly by: Actor;
  /** The last changes of the account, this one among them. */
  readonly history: History;
}

/** Whether an account comes back, as active, with its tenant. */
export type StatusBeforeTenantOff = 'was-active' | 'was-inactive';

/** A secret that Keycloak takes beside the one that took its place. */
export interface PreviousSecret {
  readonly hint: string;
  /** RFC 3339 in UTC, in whole seconds. */
  readonly validUntil: string;
}

/** A service account as Keycloak keeps it, without its secret. */
export interface Account {
  /** Keycloak's UUID of the client. */
  readonly id: string;
  readonly clientId: string;
  readonly tenantId: string;
  readonly username: string;
  readonly description: string | null;
  readonly mode: Mode;
  /** Mode custom alone: the permissions chosen. */
  readonly permissions: readonly string[];
  readonly active: boolean;
  /** What it was when the operator switched its tenant off; null for an account that no such switch has met. */
  readonly tenantOff: StatusBeforeTenantOff | null;
  /** The public keys by which it authenticates in place of a secret (`private_key_jwt`); null for an account with a secret. */
  readonly keys: readonly PublicKey[] | null;
  /** The four characters before the checksum of the secret; empty for an account with keys. */
  readonly secretHint: string;
  /** When the secret, or the keys in its place, were set. Times are RFC 3339 in UTC. */
  readonly secretCreatedAt: string;
  /** When Keycloak refuses the secret from (RFC 3339, whole seconds); null for one without an end. */
  readonly secretExpiresAt: string | null;
  /** How many days before its end the last warning was given; null for none. */
  readonly expiryWarnedDays: number | null;
  /** Null when the secret is the only one. */
  readonly previousSecret: PreviousSecret | null;
  /** SHA-256 of the secret and of the previous one, in hex; null where none was kept of it, as by earlier versions. */
  readonly secretSha256: string | null;
  readonly previousSecretSha256: string | null;
  /** Tokens that were issued before are revoked (RFC 3339, whole seconds); null when none were. */
  readonly tokensRevokedBefore: string | null;
  readonly createdAt: string;
  readonly createdBy: Actor | null;
  readonly updatedAt: string;
  readonly updatedBy: Actor | null;
  /** Empty for an account that was made by an earlier version and has not changed since. */
  readonly history: History;
  /** Since when it is being made; null when it is finished. Nobody sees one that is not. */
  readonly unfinishedSince: string | null;
  readonly requests: RememberedRequests | null;
  /**
   * Whether Keycloak's console shows the account under its username and description of today, and Keycloak asks it for
   * what it has, a secret or a signature.
   */
  readonly isCurrentInConsole: boolean;
  /** Changes with every change that can be seen. */
  readonly version: string;
}

/** What callers see of an account. */
export type AccountView = z.infer<typeof accountSchema>;

/** An account with its secret: the answers of create and regenerate, and nothing else. */
export type AccountWithSecret = z.infer<typeof accountWithSecretSchema>;

/** The answer of create: without a secret for an account with keys. */
export type CreatedAccount = z.infer<typeof createdAccountSchema>;

/** The account as callers see it; `permissions` are all that its mode gives today. */
export function viewOf(account: Account, catalogue: Catalogue): AccountView {
  const { active, mode, permissions, keys, secretHint } = account;
  return {
    ...described(account),
    credentials: credentialsOf(account),
    secretHint: keys === null ? secretHint : null,
    mode,
    status: active ? 'active' : 'inactive',
    secretExpired: hasExpired(account),
    permissions: effectivePermissions(catalogue, mode, permissions),
    version: account.version,
  };
}

/** By what the account authenticates, as callers see it. */
export const credentialsOf = ({ keys }: Pick<Account, 'keys'>): AccountView['credentials'] => ({
  type: keys === null ? 'secret' : 'jwks',
  keys: [...(keys ?? [])],
});

/** The fields that are shown to callers just as they are kept; what is not named here is not shown. */
function described(account: Omit<Account, 'version'>) {
  const { id, clientId, username, description } = account;
  const { secretHint, secretCreatedAt, secretExpiresAt, previousSecret, tokensRevokedBefore } = account;
  const { createdAt, createdBy, updatedAt, updatedBy } = account;
  const secrets = { secretHint, secretCreatedAt, secretExpiresAt, previousSecret, tokensRevokedBefore };
  const stamps = { createdAt, createdBy, updatedAt, updatedBy };
  return { id, clientId, username, description, ...secrets, ...stamps };
}

/**
 * Who does what to an account, and when: by default now.
 * @param before the account as it is; null for one that is being made
 * @param fields what an edit changes
 */
export function stampOf(
  { subject, username }: Actor,
  before: Pick<Account, 'history'> | null,
  action: RecordedAction,
  fields: readonly string[] = [],
  at = new Date().toISOString(),
): Stamp {
  const by = { subject, username };
  return { at, by, history: continued(before?.history ?? [], { at, by, action, fields }) };
}

/** The account with some of its fields replaced, as the one who stamps it changed it. */
export function updated(account: Account, fields: Partial<Omit<Account, 'version'>>, stamp: Stamp): Account {
  const { version: _, ...rest } = account;
  return withVersion({
    ...rest,
    ...fields,
    updatedAt: stamp.at,
    updatedBy: stamp.by,
    history: stamp.history,
  });
}

/** Adds its version to an account: a digest of all that callers see of it. */
export function withVersion(account: Omit<Account, 'version'>): Account {
  const { tenantId, mode, permissions, active, keys } = account;
  const { previousSecret, secretExpiresAt, tokensRevokedBefore, ...shown } = described(account);
  // Only where there is one, so that an account that has none keeps the version that it had before there were any.
  const more = {
    ...(keys !== null && { keys }),
    ...(previousSecret !== null && { previousSecret }),
    ...(tokensRevokedBefore !== null && { tokensRevokedBefore }),
    ...(secretExpiresAt !== null && { secretExpiresAt, expired: hasExpired(account) }),
  };
  const visible: Record<string, unknown> = { ...shown, ...more, tenantId, mode, permissions, active };
  const names = Object.keys(visible).sort();
  const fields = JSON.stringify(names.map((name) => [name, visible[name]]));
  // Not copied: what is read of an account only when it is asked for would be read then.
  return Object.assign(account, { version: hash('sha256', fields, 'base64url').slice(0, 22) });
}
