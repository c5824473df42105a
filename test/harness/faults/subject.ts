import { setTimeout as sleep } from 'node:timers/promises';
import { clientAttributes } from '../../../src/names.ts';
import { after, type Write } from '../account-model.ts';
import type { RacedAccount } from '../races/contestant.ts';
import { createdAccount, outcomeOf, requestOf } from '../races/through-service.ts';
import type { ServiceRequest } from '../replica.ts';
import { askPatiently } from './asking.ts';
import type { Bench, TestedService } from './bench.ts';
import { isDone } from './invariants.ts';
import type { CellNames, Operation } from './operations.ts';

/** The account that an operation is done to, as it has to be before; none for an operation that makes one. */
export async function prepare({ steady }: Bench, operation: Operation, { username }: CellNames) {
  if (operation.on === undefined) return undefined;
  const body = { username, ...requestOfGrant(operation.on) };
  const headers = { 'idempotency-key': `prepare ${username}`.replaceAll(' ', '-') };
  const created = await askPatiently(steady, { method: 'POST', body, headers });
  if (created.status !== 201) throw new Error(`no account for ${operation.name}: ${created.text}`);
  const account = createdAccount(created);
  if (operation.startsInOverlap) await change(steady, account, { kind: 'overlap' }, username);
  if (operation.startsWithKey) await change(steady, account, { kind: 'keys', kid: 'before' }, username);
  if (operation.startsInactive) {
    await askPatiently(steady, { method: 'POST', path: `/${account.id}/deactivate` });
    account.state = { ...account.state, active: false };
  }
  return account;
}

async function change(
  service: TestedService,
  account: RacedAccount,
  write: Write,
  username: string,
): Promise<void> {
  const headers = { 'idempotency-key': `${write.kind} ${username}`.replaceAll(' ', '-') };
  const answer = await askPatiently(service, { ...requestOf(account.id, write), headers });
  const outcome = outcomeOf(account, write, answer);
  if (outcome.verdict !== 'applied') throw new Error(`no ${write.kind}: ${answer.text}`);
  account.state = after(account.state, outcome);
}

const requestOfGrant = ({ mode, permissions }: NonNullable<Operation['on']>) =>
  mode === 'custom' ? { mode, permissions } : { mode };

/** Lets it learn what it keeps: its own token, the keys, the catalogue, ids; so that the operation's own calls remain. */
export async function warmUp(
  service: Pick<TestedService, 'ask'>,
  subject: RacedAccount | undefined,
): Promise<void> {
  const requests: ServiceRequest[] = [{ path: '?limit=1' }];
  if (subject !== undefined) {
    requests.push({ method: 'PATCH', path: `/${subject.id}`, body: { description: '' } });
  }
  for (const request of requests) {
    const answer = await askPatiently(service, request);
    if (!isDone(answer)) throw new Error(`no warm-up: ${answer.text}`);
  }
}

interface NamedClient {
  readonly id: string;
  readonly clientId: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Set while an account is being made; the service shows none that bears it, and sweeps away what keeps it. */
const unfinishedSince = 'orki.unfinished-since';

export const isUnfinished = ({ attributes }: NamedClient): boolean =>
  attributes[unfinishedSince] !== undefined;

/** The clients of the tenant that have a username, as Keycloak itself lists them once it answers. */
export async function clientsNamed({ laboratory }: Bench, username: string): Promise<NamedClient[]> {
  const path = `/clients?q=${clientAttributes.tenant}:acme`;
  for (let attempt = 1; ; attempt += 1) {
    const { status, body } = await laboratory.realm.admin('GET', path);
    if (status === 200) {
      return body.filter(({ attributes }: NamedClient) => attributes[clientAttributes.username] === username);
    }
    // Right after an outage its connections to the database may still be the old ones.
    if (attempt === answersAwaited) throw new Error(`Keycloak answers ${status} to its administrator.`);
    await sleep(1_000);
  }
}

const answersAwaited = 30;

/** Removes what a cell made, so that lists stay short. */
export async function clearAway(
  bench: Bench,
  { username }: CellNames,
  subject: RacedAccount | undefined,
): Promise<void> {
  const left = subject === undefined ? await clientsNamed(bench, username) : [subject];
  for (const { id } of left) await askPatiently(bench.steady, { method: 'DELETE', path: `/${id}` });
}
