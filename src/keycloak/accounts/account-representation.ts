import type ClientRepresentation from '@keycloak/keycloak-admin-client/lib/defs/clientRepresentation.js';
import { z } from 'zod';
import { parseJson } from '../../json.ts';
import {
  clientAttributes as attribute,
  clientAuthenticators,
  keycloakKeyAttributes,
  keycloakSecretAttributes,
  names,
} from '../../names.ts';
import { type Mode, modes } from '../../permissions/catalogue.ts';
import {
  type Account,
  type PreviousSecret,
  type Stamp,
  type StatusBeforeTenantOff,
  withVersion,
} from '../../service-accounts/account.ts';
import type { Actor } from '../../service-accounts/actor.ts';
import { createdAtOf } from '../../service-accounts/client-id.ts';
import type {
  AccountEdit,
  AccountStatus,
  KeyReplacement,
  NewAccount,
  SecretRenewal,
} from '../../service-accounts/gateway.ts';
import { parseHistory, serializeHistory } from '../../service-accounts/history.ts';
import { type PublicKey, parseKeys, serializeKeys } from '../../service-accounts/public-keys.ts';
import { parseRequests, serializeRequests } from '../../service-accounts/remembered-requests.ts';
import { secretDigest } from '../../service-accounts/secret.ts';
import { dayOf, remainingWarnings } from '../../service-accounts/secret-expiry.ts';

/** The client that a new account is: confidential, client credentials only, its tokens with our scope alone. */
export function newClient(account: NewAccount): ClientRepresentation {
  return {
    id: account.id,
    clientId: account.clientId,
    ...consoleText(account),
    enabled: true,
    protocol: 'openid-connect',
    clientAuthenticatorType: authenticatorFor(account.keys),
    secret: account.secret,
    publicClient: false,
    bearerOnly: false,
    consentRequired: false,
    standardFlowEnabled: false,
    implicitFlowEnabled: false,
    directAccessGrantsEnabled: false,
    serviceAccountsEnabled: true,
    frontchannelLogout: false,
    // Keycloak gives the account's user the realm's default roles; without this they would reach the token.
    fullScopeAllowed: false,
    redirectUris: [],
    webOrigins: [],
    defaultClientScopes: [names.serviceAccountScope],
    optionalClientScopes: [],
    attributes: {
      [attribute.managed]: 'true',
      [attribute.tenant]: account.tenantId,
      [attribute.username]: account.username,
      [attribute.description]: account.description ?? '',
      ...grantAttributes(account.mode, account.permissions),
      [attribute.createdAt]: account.at,
      [attribute.createdBy]: JSON.stringify(account.by),
      ...updatedAttributes(account),
      [attribute.secretCreatedAt]: account.at,
      [attribute.secretHint]: account.secretHint,
      [attribute.secretSha256]: account.keys === null ? secretDigest(account.secret) : '',
      ...(account.keys !== null && keyAttributes(account.keys)),
      ...(account.secretExpiresAt === null ? {} : expiryAttributes(account.secretExpiresAt, account.at)),
      [attribute.unfinishedSince]: account.at,
      [attribute.requests]: serializeRequests(account.requests),
      // It gives 1.2 times the tokens a second of Keycloak's stock RS256, and shorter ones.
      'access.token.signed.response.alg': 'ES256',
    },
  };
}

/** How Keycloak asks an account who it is that has these keys, or none. */
export const authenticatorFor = (keys: readonly PublicKey[] | null): string =>
  keys === null ? clientAuthenticators.secret : clientAuthenticators.keys;

/** The public keys of an account, or that it has none, as Keycloak keeps them. */
function keyAttributes(keys: readonly PublicKey[] | null): Record<string, string> {
  return {
    [keycloakKeyAttributes.areUsed]: keys === null ? '' : 'true',
    [keycloakKeyAttributes.jwks]: keys === null ? '' : serializeKeys(keys),
  };
}

/**
 * Goes with every write to an account's client, and says what it is already. Keycloak keeps what a write leaves out, but
 * up to 26.6 the client policy that looks at this answers 500 without it.
 */
export const withEveryWrite = { directAccessGrantsEnabled: false } as const;

/** What Keycloak's columns hold; more is answered with a bare 500. */
const columnLength = 255;

const columnOf = (text: string): string => {
  if (text.length <= columnLength) return text;
  // Not in the middle of a character that takes two places.
  return `${text.slice(0, columnLength - 1).replace(/[\ud800-\udbff]$/, '')}…`;
};

/** The name and the description of an account's client, by which an administrator finds it in Keycloak's console. */
export const consoleText = ({
  tenantId,
  username,
  description,
}: Pick<Account, 'tenantId' | 'username' | 'description'>) => ({
  name: columnOf(`${tenantId} / ${username}`),
  description: columnOf(description ?? ''),
});

/** The columns that an edit writes, beside its attributes. */
export function editedColumns(tenantId: string, { username, description }: AccountEdit) {
  return {
    ...(username !== undefined && { name: consoleText({ tenantId, username, description: null }).name }),
    ...(description !== undefined && {
      description: consoleText({ tenantId, username: '', description }).description,
    }),
  };
}

/** The attributes that an edit writes. Keycloak merges them; an empty value deletes. */
export function editedAttributes(edit: AccountEdit): Record<string, string> {
  return {
    ...(edit.username === undefined ? {} : { [attribute.username]: edit.username }),
    ...(edit.description === undefined ? {} : { [attribute.description]: edit.description ?? '' }),
    ...(edit.mode === undefined ? {} : grantAttributes(edit.mode, edit.permissions ?? [])),
  };
}

/** The mirror of the mapped roles, so that a list needs one call. */
function grantAttributes(mode: Mode, permissions: readonly string[]): Record<string, string> {
  return { [attribute.mode]: mode, [attribute.permissions]: permissions.join(' ') };
}

/** @param replaced the secret of now; needed when it stays valid as the previous one, and only then */
export function secretAttributes(
  { secret, expiresAt, requests, previous }: SecretRenewal,
  at: string,
  replaced?: string,
): Record<string, string> {
  return {
    [attribute.secretHint]: secret.hint,
    [attribute.secretSha256]: secretDigest(secret.value),
    [attribute.secretCreatedAt]: at,
    [attribute.requests]: serializeRequests(requests),
    ...expiryAttributes(expiresAt, at),
    ...keyAttributes(null),
    ...(previous === 'stays'
      ? {}
      : previousSecretAttributes(previous === 'ends' ? null : previous, at, replaced)),
  };
}

/** Keys in place of whatever an account had; of its secrets nothing is kept. */
export function keyReplacementAttributes(
  { keys, requests }: KeyReplacement,
  at: string,
): Record<string, string> {
  return {
    ...keyAttributes(keys),
    [attribute.secretHint]: '',
    [attribute.secretSha256]: '',
    [attribute.secretCreatedAt]: at,
    [attribute.requests]: serializeRequests(requests),
    ...expiryAttributes(null, at),
    ...previousSecretAttributes(null),
  };
}

/**
 * When a new secret ends, as it is shown and as Keycloak enforces it, and when somebody is to be warned. Without an end
 * Keycloak puts in one of its own, far away.
 * @param at when the secret was made
 */
function expiryAttributes(expiresAt: string | null, at: string): Record<string, string> {
  return {
    [attribute.secretExpiresAt]: expiresAt ?? '',
    [keycloakSecretAttributes.expiresAt]: expiresAt === null ? '' : epochSeconds(expiresAt),
    ...warningAttributes({ secretExpiresAt: expiresAt, secretCreatedAt: at }, null),
  };
}

/** Of which warning of its end somebody was told last, and when the next one is due. */
export function warningAttributes(
  secret: Pick<Account, 'secretExpiresAt' | 'secretCreatedAt'>,
  warnedDays: number | null,
): Record<string, string> {
  const [next] = remainingWarnings(secret, warnedDays);
  return {
    [attribute.expiryWarned]: warnedDays === null ? '' : String(warnedDays),
    [attribute.warningDue]: next === undefined ? '' : dayOf(next.dueAt),
  };
}

/** A previous secret, or that there is none, as this service and as Keycloak keep it. */
export function previousSecretAttributes(
  previous: PreviousSecret | null,
  at = '',
  secret = '',
): Record<string, string> {
  const { rotated, rotatedAt, rotatedExpiresAt } = keycloakSecretAttributes;
  return {
    [attribute.previousSecret]: previous === null ? '' : JSON.stringify(previous),
    [attribute.previousSecretSha256]: previous === null ? '' : secretDigest(secret),
    [rotated]: previous === null ? '' : secret,
    [rotatedAt]: previous === null ? '' : epochSeconds(at),
    [rotatedExpiresAt]: previous === null ? '' : epochSeconds(previous.validUntil),
  };
}

const epochSeconds = (at: string): string => String(Math.floor(Date.parse(at) / 1000));

/** What marks an account as finished. */
export const finishedAttributes: Record<string, string> = { [attribute.unfinishedSince]: '' };

/** The column of a client by which Keycloak refuses, at introspection, tokens that were issued before a second. */
export const revocationColumn = (tokensRevokedBefore: string | undefined) =>
  tokensRevokedBefore === undefined ? {} : { notBefore: Date.parse(tokensRevokedBefore) / 1000 };

/** The columns and attributes that say whether an account is active, and whether its tenant's switch made it so. */
export function statusFields({ active, tenantOff, tokensRevokedBefore }: AccountStatus) {
  return {
    ...(active !== undefined && { enabled: active }),
    ...revocationColumn(tokensRevokedBefore),
    attributes:
      tenantOff === undefined
        ? {}
        : { [attribute.offWithTenant]: tenantOff === null ? '' : offWithTenant[tenantOff] },
  };
}

/** As the attribute spells it. */
const offWithTenant = { 'was-active': 'true', 'was-inactive': 'inactive' } as const satisfies Record<
  StatusBeforeTenantOff,
  string
>;

function tenantOffOf(value: string | undefined): StatusBeforeTenantOff | null {
  const found = (['was-active', 'was-inactive'] as const).find((status) => offWithTenant[status] === value);
  return found ?? null;
}

export function updatedAttributes({ at, by, history }: Stamp): Record<string, string> {
  return {
    [attribute.updatedAt]: at,
    [attribute.updatedBy]: JSON.stringify(by),
    [attribute.history]: serializeHistory(history),
  };
}

const actor = z.object({ subject: z.string(), username: z.string() });

const optionalText = z.string().optional();
const textOrNothing = optionalText.catch(undefined);

const managedClient = z.object({
  id: z.string(),
  clientId: z.string(),
  name: z.string().optional(),
  description: z.string().optional(),
  enabled: z.boolean(),
  clientAuthenticatorType: z.string().optional(),
  notBefore: z.int().optional().catch(undefined),
  attributes: z.object({
    [attribute.managed]: z.literal('true'),
    [attribute.tenant]: z.string().min(1),
    [attribute.username]: optionalText,
    [attribute.description]: optionalText,
    [attribute.mode]: z.enum(modes).catch('custom'),
    [attribute.permissions]: z.string().default(''),
    [attribute.offWithTenant]: textOrNothing,
    [attribute.secretHint]: z.string().default(''),
    [attribute.secretCreatedAt]: textOrNothing,
    [attribute.secretExpiresAt]: textOrNothing,
    [attribute.expiryWarned]: textOrNothing,
    [attribute.requests]: optionalText,
    [attribute.secretSha256]: optionalText,
    [attribute.previousSecretSha256]: optionalText,
    [attribute.createdAt]: textOrNothing,
    [attribute.createdBy]: textOrNothing,
    [attribute.updatedAt]: textOrNothing,
    [attribute.updatedBy]: textOrNothing,
    [attribute.unfinishedSince]: optionalText,
    [attribute.history]: textOrNothing,
    [attribute.previousSecret]: optionalText,
    [keycloakSecretAttributes.rotated]: optionalText,
    [keycloakKeyAttributes.jwks]: optionalText,
  }),
});

const previousSecret = z.object({ hint: z.string(), validUntil: z.iso.datetime() });

/** One whose time is over is none any more. */
function previousSecretFrom(value: string | undefined): PreviousSecret | null {
  const stored = previousSecret.safeParse(parseJson(value ?? '')).data;
  return stored !== undefined && Date.parse(stored.validUntil) > Date.now() ? stored : null;
}

/**
 * The account that a client is, or undefined for a client that carries no mark and tenant. Keycloak's answer holds the
 * secret; only the fields named here leave this function. An account with attributes that somebody deleted or spoilt
 * in Keycloak's console is still shown, so that it can be repaired or deleted.
 */
export function accountOf(client: unknown): Account | undefined {
  const parsed = managedClient.safeParse(client);
  if (!parsed.success) return undefined;
  const { id, clientId, enabled, notBefore, attributes, name, description, clientAuthenticatorType } =
    parsed.data;
  const keys = parseKeys(attributes[keycloakKeyAttributes.jwks]);
  const createdAt = time(attributes[attribute.createdAt]) ?? createdAtOf(clientId);
  const text = {
    tenantId: attributes[attribute.tenant],
    username: attributes[attribute.username] ?? clientId,
    description: attributes[attribute.description] || null,
  };
  const shown = consoleText(text);
  return withVersion({
    id,
    clientId,
    ...text,
    isCurrentInConsole:
      name === shown.name &&
      (description ?? '') === shown.description &&
      clientAuthenticatorType === authenticatorFor(keys),
    keys,
    mode: attributes[attribute.mode],
    permissions: attributes[attribute.permissions].split(' ').filter((name) => name !== ''),
    active: enabled,
    tenantOff: tenantOffOf(attributes[attribute.offWithTenant]),
    secretHint: attributes[attribute.secretHint],
    secretCreatedAt: time(attributes[attribute.secretCreatedAt]) ?? createdAt,
    // Who regenerates in Keycloak's console ends it there alone.
    secretExpiresAt: time(attributes[attribute.secretExpiresAt]) ?? null,
    expiryWarnedDays: Number(attributes[attribute.expiryWarned]) || null,
    previousSecret:
      attributes[keycloakSecretAttributes.rotated] !== undefined
        ? previousSecretFrom(attributes[attribute.previousSecret])
        : null,
    secretSha256: attributes[attribute.secretSha256] || null,
    previousSecretSha256: attributes[attribute.previousSecretSha256] || null,
    tokensRevokedBefore: notBefore ? new Date(notBefore * 1000).toISOString() : null,
    createdAt,
    createdBy: actorFrom(attributes[attribute.createdBy]),
    updatedAt: time(attributes[attribute.updatedAt]) ?? createdAt,
    updatedBy: actorFrom(attributes[attribute.updatedBy]),
    // A list shows none, and parsing it takes longer than all else.
    get history() {
      return parseHistory(attributes[attribute.history]);
    },
    // Spoilt or not, it says that the account is not finished.
    unfinishedSince: attributes[attribute.unfinishedSince]
      ? (time(attributes[attribute.unfinishedSince]) ?? createdAt)
      : null,
    requests: parseRequests(attributes[attribute.requests]),
  });
}

/** Made once: making it takes longer than checking a time. */
const dateTime = z.iso.datetime();

const time = (value: string | undefined): string | undefined => dateTime.safeParse(value).data;

const actorFrom = (value: string | undefined): Actor | null =>
  actor.safeParse(parseJson(value ?? '')).data ?? null;
