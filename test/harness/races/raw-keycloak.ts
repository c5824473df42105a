import { randomBytes, randomUUID } from 'node:crypto';
import type { LiveRealm } from '../../support/live-realm.ts';
import { type Outcome, rolesOfGrant, type Verdict, type Write } from '../account-model.ts';
import type { TestedRealm } from '../laboratory.ts';
import { observeAccount } from '../raw-account.ts';
import type { Contestant, RacedAccount } from './contestant.ts';

/**
 * How a client is changed:
 * - `fields`: PUT of the changed fields alone
 * - `whole`: GET, then PUT of all of it with the change made, as Keycloak's own console does
 */
type Style = 'fields' | 'whole';

/** Changes clients by the Admin API's own calls, as an integration without this service would. */
export function rawKeycloak({ realm }: TestedRealm, style: Style): Contestant {
  return {
    title: style === 'fields' ? 'raw, PUT of fields' : 'raw, GET and PUT',
    entries: 2,
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
      const account = { id: client.id, clientId: client.clientId, secrets: [secret] };
      const { state } = await observeAccount(realm, account, false);
      return { ...account, state };
    },
    async write(account, write) {
      const sentAt = performance.now();
      const secret = write.kind === 'regenerate' ? randomBytes(32).toString('base64url') : undefined;
      if (secret !== undefined) account.secrets.push(secret);
      const status = await perform(realm, style, account, write, secret);
      return outcome(write, status, sentAt, secret);
    },
    observe: (account) => observeAccount(realm, account, false),
  };
}

async function perform(
  realm: LiveRealm,
  style: Style,
  { id }: RacedAccount,
  write: Write,
  secret: string | undefined,
): Promise<number> {
  const path = `/clients/${id}`;
  if (write.kind === 'delete') return (await realm.admin('DELETE', path)).status;
  if (write.kind === 'read') return (await realm.admin('GET', path)).status;
  if (write.kind === 'mode') return changeRoles(realm, id, rolesOfGrant(write.grant));
  const change = {
    ...(write.kind === 'edit' ? { description: write.description } : {}),
    ...(secret === undefined ? {} : { secret }),
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

function outcome(write: Write, status: number, sentAt: number, secret: string | undefined): Outcome {
  return {
    write,
    verdict: verdictOf(status),
    sentAt,
    answeredAt: performance.now(),
    answer: String(status),
    ...(secret === undefined ? {} : { secret }),
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
