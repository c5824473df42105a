import { randomBytes, randomUUID } from 'node:crypto';
import type { LiveRealm } from '../../support/live-realm.ts';
import {
  type Outcome,
  revokesTokens,
  rolesOfGrant,
  type Verdict,
  type Write,
  type WriteKind,
} from '../account-model.ts';
import type { TestedRealm } from '../laboratory.ts';
import { observeAccount } from '../raw-account.ts';
import type { Contestant, RacedAccount } from './contestant.ts';

/**
 * How a client is changed:
 * - `fields`: PUT of the changed fields alone
 * - `whole`: GET, then PUT of all of it with the change made, as Keycloak's own console does
 */
type Style = 'fields' | 'whole';

/** What one call of the Admin API does to any client. An overlap needs the policy that holds for service accounts alone. */
const rawKinds: readonly WriteKind[] = [
  'edit',
  'mode',
  'regenerate',
  'revoke',
  'activate',
  'deactivate',
  'delete',
];

/** Changes clients by the Admin API's own calls, as an integration without this service would. */
export function rawKeycloak({ realm }: TestedRealm, style: Style): Contestant {
  return {
    title: style === 'fields' ? 'raw, PUT of fields' : 'raw, GET and PUT',
    entries: 2,
    kinds: rawKinds,
    async create(name, grant) {
      const secret = randomBytes(32).toString('base64url');
      const client = { id: randomUUID(), clientId: `raw-${randomUUID()}`, name, secret };
      const made = await realm.admin('POST', '/clients', {
        ...client,
        enabled: true,
        serviceAccountsEnabled: true,
        standardFlowEnabled: false,
        fullScopeAllowed: false,
      });
      if (made.status !== 201) throw new Error(`raw client: ${made.status}`);
      await realm.mapApiRoles(await userOf(realm, client.id), rolesOfGrant(grant));
      const account = { id: client.id, clientId: client.clientId, secrets: [secret], revocations: [] };
      const { state } = await observeAccount(realm, account, false);
      return { ...account, state };
    },
    async write(account, write) {
      const sentAt = performance.now();
      const secret = write.kind === 'regenerate' ? randomBytes(32).toString('base64url') : undefined;
      if (secret !== undefined) account.secrets.push(secret);
      const second = revokesTokens(write) ? Math.floor(Date.now() / 1000) + 1 : undefined;
      const revokedBefore = second === undefined ? undefined : new Date(second * 1000).toISOString();
      if (revokedBefore !== undefined) account.revocations.push(revokedBefore);
      const change = {
        ...(secret === undefined ? {} : { secret }),
        ...(second === undefined ? {} : { notBefore: second }),
      };
      const status = await perform(realm, style, account, write, change);
      const told = {
        ...(secret === undefined ? {} : { secret }),
        ...(revokedBefore === undefined ? {} : { revokedBefore }),
      };
      return { ...outcome(write, status, sentAt), ...told };
    },
    observe: (account) => observeAccount(realm, account, false),
  };
}

async function perform(
  realm: LiveRealm,
  style: Style,
  { id }: RacedAccount,
  write: Write,
  made: { readonly secret?: string; readonly notBefore?: number },
): Promise<number> {
  const path = `/clients/${id}`;
  if (write.kind === 'delete') return (await realm.admin('DELETE', path)).status;
  if (write.kind === 'read') return (await realm.admin('GET', path)).status;
  if (write.kind === 'mode') return changeRoles(realm, id, rolesOfGrant(write.grant));
  const change = {
    ...(write.kind === 'edit' ? { description: write.description } : {}),
    ...made,
    ...(write.kind === 'activate' || write.kind === 'deactivate'
      ? { enabled: write.kind === 'activate' }
      : {}),
  };
  if (style === 'fields') return (await realm.admin('PUT', path, change)).status;
  const read = await realm.admin('GET', path);
  return read.status === 200
    ? (await realm.admin('PUT', path, { ...read.body, ...change })).status
    : read.status;
}

/** What the console's two lists do: takes away what is surplus, adds what is missing. */
async function changeRoles(realm: LiveRealm, id: string, wanted: readonly string[]): Promise<number> {
  const user = await realm.admin('GET', `/clients/${id}/service-account-user`);
  if (user.status !== 200) return user.status;
  const path = `/users/${user.body.id}/role-mappings/clients/${realm.apiClientUuid}`;
  const held = await realm.admin('GET', path);
  if (held.status !== 200) return held.status;
  const surplus = held.body.filter(({ name }: { name: string }) => !wanted.includes(name));
  const removed = surplus.length > 0 ? await realm.admin('DELETE', path, surplus) : held;
  if (removed.status >= 300) return removed.status;
  const all = await realm.admin('GET', `/clients/${realm.apiClientUuid}/roles`);
  const missing = all.body.filter(({ name }: { name: string }) => wanted.includes(name));
  return (await realm.admin('POST', path, missing)).status;
}

function outcome(write: Write, status: number, sentAt: number): Outcome {
  return {
    write,
    verdict: verdictOf(status),
    sentAt,
    answeredAt: performance.now(),
    answer: String(status),
  };
}

/** A client that goes while it is changed gives 500 or 400: whoever asked knows nothing then. */
function verdictOf(status: number): Verdict {
  if (status < 300) return 'applied';
  return status === 404 ? 'absent' : 'unknown';
}

async function userOf(realm: LiveRealm, id: string): Promise<string> {
  return (await realm.admin('GET', `/clients/${id}/service-account-user`)).body.id;
}
