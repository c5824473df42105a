import { setTimeout as sleep } from 'node:timers/promises';
import {
  clientAttributes,
  clientAuthenticators,
  keycloakKeyAttributes,
  keycloakSecretAttributes,
  names,
  revocationRoleName,
} from '../../src/names.ts';
import { parseHistory } from '../../src/service-accounts/history.ts';
import { parseKeys } from '../../src/service-accounts/public-keys.ts';
import { secretDigest } from '../../src/service-accounts/secret.ts';
import { requestToken } from '../support/live-oauth.ts';
import type { LiveRealm } from '../support/live-realm.ts';
import { type AccountState, byKey, hintOf, kidOf, never, none, undisclosed } from './account-model.ts';
import { statusByKey } from './key-pair.ts';

/** An account as Keycloak itself has it, and what is wrong with it whatever was asked for. */
export interface Observed {
  readonly state: AccountState;
  readonly faults: readonly string[];
}

interface Wanted {
  readonly id: string;
  readonly clientId: string;
  /** Every secret that was ever told, all of which are tried. */
  readonly secrets: readonly string[];
  /** Every time before which tokens are said to be revoked. */
  readonly revocations: readonly string[];
}

/** For how long a revocation is certainly on the list for services that check signatures: a little less than a token lives. */
const listedForMs = 240_000;
export const notListed = 'revoked, but not on the list of revocations';

const patienceMs = 180_000;
const pauseMs = 500;

/** Reads an account from Keycloak, past the service, and tries its secrets at the token URL; waits for one that is down. */
export async function observeAccount(
  realm: LiveRealm,
  wanted: Wanted,
  isManaged: boolean,
): Promise<Observed> {
  const patienceEndsAt = performance.now() + patienceMs;
  for (;;) {
    try {
      return await look(realm, wanted, isManaged);
    } catch (error) {
      if (performance.now() > patienceEndsAt) throw error;
      await sleep(pauseMs);
    }
  }
}

async function look(realm: LiveRealm, wanted: Wanted, isManaged: boolean): Promise<Observed> {
  const { status } = await realm.admin('GET', `/clients/${wanted.id}`);
  if (status !== 200 && status !== 404) throw new Error(`Keycloak does not say what it has: ${status}`);
  const found = await realm.inKeycloak(wanted.id);
  const roles = found?.roles[names.apiClient] ?? [];
  const known = (secret: string) => (wanted.secrets.includes(secret) ? secret : undisclosed);
  const rotated = rotatedSecretOf(found?.client.attributes ?? {});
  const kid = parseKeys(found?.client.attributes[keycloakKeyAttributes.jwks])?.[0]?.kid;
  const notBefore: number = found?.client.notBefore ?? 0;
  const revokedBefore = new Date(notBefore * 1000).toISOString();
  const toldOf = wanted.revocations.includes(revokedBefore) ? revokedBefore : undisclosed;
  const state: AccountState = {
    exists: found !== undefined,
    description:
      (isManaged ? found?.client.attributes[clientAttributes.description] : found?.client.description) ?? '',
    roles,
    active: found?.client.enabled ?? false,
    secret: kid === undefined ? known(found?.client.secret) : byKey(kid),
    previousSecret: rotated === undefined ? none : known(rotated),
    tokensRevokedBefore: notBefore === 0 ? never : toldOf,
  };
  const faults = await tryQuietly(realm, wanted, state);
  if (found !== undefined && isManaged) {
    const { attributes, clientId, secret, clientAuthenticatorType } = found.client;
    faults.push(
      ...faultsOfMirror(attributes, roles),
      ...faultsOfHistory(attributes),
      ...(kid === undefined ? faultsOfSecrets(attributes, secret, rotated) : faultsOfKeys(attributes)),
      ...faultsOfAuthenticator(clientAuthenticatorType, kid),
      ...(await faultsOfRevocation(realm, attributes[clientAttributes.tenant], clientId, notBefore)),
    );
  }
  return { state, faults };
}

async function tryQuietly(
  realm: LiveRealm,
  { clientId, secrets }: Wanted,
  state: AccountState,
): Promise<string[]> {
  const faults: string[] = [];
  for (const secret of secrets) {
    const { status } = await requestToken(realm.tokenUrl, { clientId, clientSecret: secret });
    if (status >= 500) throw new Error(`the token URL does not say whether a secret is valid: ${status}`);
    const isValid = state.exists && state.active && [state.secret, state.previousSecret].includes(secret);
    if (status === 200 && !isValid)
      faults.push(state.exists && state.active ? 'old secret alive' : 'token for a dead account');
    if (status !== 200 && isValid) faults.push('valid secret refused');
  }
  const kid = kidOf(state.secret);
  if (kid !== undefined && state.exists) {
    const status = await statusByKey(realm, clientId, kid);
    if (status >= 500) throw new Error(`the token URL does not say whether a key is valid: ${status}`);
    if ((status === 200) !== state.active) faults.push(`the key of an account is answered ${status}`);
  }
  return faults;
}

/** The attributes that lists are made from have to say what is mapped. */
function faultsOfMirror(attributes: Record<string, string>, roles: readonly string[]): string[] {
  const mode = attributes[clientAttributes.mode];
  const fixed = mode === 'admin' || mode === 'agent' ? [names.modeRoles[mode]] : undefined;
  const mirrored =
    fixed ?? (attributes[clientAttributes.permissions] ?? '').split(' ').filter(Boolean).sort();
  const faults: string[] = [];
  if (String(mirrored) !== String(roles)) faults.push(`mirror says ${mirrored}, mapped is ${roles}`);
  if (attributes[clientAttributes.managed] !== 'true' || !attributes[clientAttributes.tenant]) {
    faults.push('without mark or tenant');
  }
  return faults;
}

/** The history has to end with the change that the account says was its last, which is written with it. */
function faultsOfHistory(attributes: Record<string, string>): string[] {
  const times = parseHistory(attributes[clientAttributes.history]).map(({ at }) => Date.parse(at));
  const last = times.at(-1) ?? 0;
  const isLast = last === Date.parse(attributes[clientAttributes.updatedAt] ?? '');
  return isLast
    ? []
    : [`the history ends at ${last}, the last change was at ${attributes[clientAttributes.updatedAt]}`];
}

/** The secret that Keycloak itself takes beside the main one, if there is one whose time is not over. */
function rotatedSecretOf(attributes: Record<string, string>): string | undefined {
  const isOver = Number(attributes[keycloakSecretAttributes.rotatedExpiresAt]) * 1000 <= Date.now();
  return isOver ? undefined : attributes[keycloakSecretAttributes.rotated];
}

/** What the service says of the two secrets has to be true of those that Keycloak takes. */
function faultsOfSecrets(attributes: Record<string, string>, secret: string, rotated?: string): string[] {
  const said = attributes[clientAttributes.previousSecret];
  const until = Number(attributes[keycloakSecretAttributes.rotatedExpiresAt]) * 1000;
  const previous =
    rotated === undefined
      ? undefined
      : JSON.stringify({ hint: hintOf(rotated), validUntil: new Date(until).toISOString() });
  const digest = rotated === undefined ? undefined : secretDigest(rotated);
  const faults: string[] = [];
  if (said !== previous) faults.push(`the previous secret is said to be ${said}, and is ${previous}`);
  if (attributes[clientAttributes.previousSecretSha256] !== digest)
    faults.push('digest of another secret before');
  if (attributes[clientAttributes.secretHint] !== hintOf(secret)) faults.push('hint of another secret');
  if (attributes[clientAttributes.secretSha256] !== secretDigest(secret))
    faults.push('digest of another secret');
  return faults;
}

/** Of the secrets that keys took the place of nothing may be left. */
const faultsOfKeys = (attributes: Record<string, string>): string[] =>
  [
    clientAttributes.secretHint,
    clientAttributes.secretSha256,
    clientAttributes.previousSecret,
    clientAttributes.previousSecretSha256,
    keycloakSecretAttributes.rotated,
  ]
    .filter((name) => attributes[name])
    .map((name) => `${name} beside keys`);

/** Keycloak has to ask an account for what it has. */
const faultsOfAuthenticator = (type: string, kid: string | undefined): string[] =>
  type === (kid === undefined ? clientAuthenticators.secret : clientAuthenticators.keys)
    ? []
    : [`authenticates by ${type}`];

/** Tokens that introspection refuses have to be on the list for those who do not ask. */
async function faultsOfRevocation(
  realm: LiveRealm,
  tenantId: string | undefined,
  clientId: string,
  notBefore: number,
): Promise<string[]> {
  if (tenantId === undefined || notBefore * 1000 < Date.now() - listedForMs) return [];
  const roles = `/clients/${await realm.uuidOf(names.locksClient)}/roles`;
  const { status } = await realm.admin(
    'GET',
    `${roles}/${revocationRoleName(tenantId, clientId, notBefore)}`,
  );
  if (status !== 200 && status !== 404) throw new Error(`Keycloak does not say what is revoked: ${status}`);
  return status === 200 ? [] : [notListed];
}
