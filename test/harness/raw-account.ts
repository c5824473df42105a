import { setTimeout as sleep } from 'node:timers/promises';
import { clientAttributes, names } from '../../src/names.ts';
import { parseHistory } from '../../src/service-accounts/history.ts';
import { requestToken } from '../support/live-oauth.ts';
import type { LiveRealm } from '../support/live-realm.ts';
import { type AccountState, undisclosed } from './account-model.ts';

/** An account as Keycloak itself has it, and what is wrong with it whatever was asked for. */
export interface Observed {
  readonly state: AccountState;
  readonly faults: readonly string[];
}

interface Wanted {
  readonly id: string;
  readonly clientId: string;
  /** Every secret that was ever told and may still be tried, the newest last. */
  readonly secrets: readonly string[];
}

/** Of the secrets that ought to be dead, how many are tried. */
const triedAtMost = 5;

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
  const known = wanted.secrets.includes(found?.client.secret) ? found?.client.secret : undisclosed;
  const state: AccountState = {
    exists: found !== undefined,
    description:
      (isManaged ? found?.client.attributes[clientAttributes.description] : found?.client.description) ?? '',
    roles,
    active: found?.client.enabled ?? false,
    secret: known,
  };
  const faults = await tryQuietly(realm, wanted, state);
  if (found !== undefined && isManaged) {
    const { attributes } = found.client;
    faults.push(...faultsOfMirror(attributes, roles), ...faultsOfHistory(attributes));
  }
  return { state, faults };
}

async function tryQuietly(
  realm: LiveRealm,
  { clientId, secrets }: Wanted,
  state: AccountState,
): Promise<string[]> {
  const faults: string[] = [];
  for (const secret of secrets.slice(-triedAtMost)) {
    const { status } = await requestToken(realm.tokenUrl, { clientId, clientSecret: secret });
    if (status >= 500) throw new Error(`the token URL does not say whether a secret is valid: ${status}`);
    const isValid = state.exists && state.active && secret === state.secret;
    if (status === 200 && !isValid)
      faults.push(state.exists && state.active ? 'old secret alive' : 'token for a dead account');
    if (status !== 200 && isValid) faults.push('valid secret refused');
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
