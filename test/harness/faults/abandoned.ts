import { setTimeout as sleep } from 'node:timers/promises';
import { connectKeycloak, type KeycloakConnection } from '../../../src/keycloak/connect.ts';
import { clientAttributes, names } from '../../../src/names.ts';
import type { Repair } from '../../../src/upkeep/sweep.ts';
import { sweepLater } from '../../support/sweep-later.ts';
import type { RacedAccount } from '../races/contestant.ts';
import { notListed, observeAccount } from '../raw-account.ts';
import type { ServiceAnswer } from '../replica.ts';
import { type Bench, testedService } from './bench.ts';
import { checkCreated } from './check.ts';
import type { CallSite } from './fault.ts';
import { startFaultyProxy } from './faulty-proxy.ts';
import { faultsOfState, toldBy } from './invariants.ts';
import { inLanes } from './lanes.ts';
import type { CellNames, Operation } from './operations.ts';
import { changing, type RecordedOperation } from './recorded.ts';
import { clearAway, prepare, warmUp } from './subject.ts';

/** Longer than anything that a crash leaves behind is spared. */
const laterMs = 11 * 60_000;

export interface AbandonedResult {
  readonly operation: string;
  readonly site: CallSite;
  readonly status: number;
  readonly violations: readonly string[];
}

interface Abandoned {
  readonly operation: Operation;
  readonly site: CallSite;
  readonly cell: CellNames;
  readonly subject: RacedAccount | undefined;
  readonly answer: ServiceAnswer;
}

/**
 * Breaks operations off for good: from one call on the service reaches Keycloak no more, as if it had crashed, and nobody
 * repeats the request. Then one sweep, as it would run eleven minutes later, has to leave every account right, every
 * username that none bears free, no lock, and what is not the service's as it was.
 */
export async function runAbandoned(
  bench: Bench,
  recorded: readonly RecordedOperation[],
  run: { readonly lanes: number; readonly signal: AbortSignal },
): Promise<{ results: AbandonedResult[]; wanted: number; repairs: Repair[]; faults: string[] }> {
  const cells = recorded.flatMap(({ operation, sites }) => {
    // After the last call everything is done.
    const reached = changing(sites).filter(({ place }) => place < sites.length);
    return reached.map((site) => ({ operation, site, next: sites[site.place] as CallSite }));
  });
  const left = await inLanes(run, cells, ({ operation, site, next }, index) =>
    abandon(bench, operation, site, next, { username: `left ${index}`, key: `left-${index}` }),
  );
  await sleep(bench.times.leaseMs);

  const keycloak = connectDirectly(bench);
  try {
    const foreign = await foreignState(bench);
    const repairs = await sweepLater(keycloak, laterMs);
    const faults = (await sweepLater(keycloak, laterMs)).map(({ kind }) => `a second sweep found ${kind}`);
    if ((await foreignState(bench)) !== foreign) faults.push('the sweep changed what is not of the service');
    faults.push(...(await leftovers(keycloak)));
    // What was broken off is looked at, however late it is.
    const unhurried = { ...run, signal: new AbortController().signal };
    const results = await inLanes(unhurried, left, async (one) => ({
      operation: one.operation.name,
      site: one.site,
      status: one.answer.status,
      violations: await checkSwept(bench, one),
    }));
    return { results, wanted: cells.length, repairs, faults };
  } finally {
    await keycloak.close();
  }
}

async function abandon(
  bench: Bench,
  operation: Operation,
  site: CallSite,
  next: CallSite,
  cell: CellNames,
): Promise<Abandoned> {
  const { laboratory, labelOf, times } = bench;
  const subject = await prepare(bench, operation, cell);
  await using proxy = await startFaultyProxy(laboratory.realm.url, labelOf, times.stallMs);
  await using service = await testedService(laboratory, times, proxy.url);
  await warmUp(service, subject);
  await proxy.arm({ fault: 'refused', at: next });
  const answer = await service.ask(operation.request(cell, subject));
  return { operation, site, cell, subject, answer };
}

function connectDirectly({ laboratory: { realm }, times }: Bench): KeycloakConnection {
  const { url: internalUrl, issuer, name, secret } = realm;
  return connectKeycloak(
    {
      internalUrl,
      issuer,
      realm: name,
      clientId: names.serviceClient,
      credential: { secret },
      callTimeoutMs: times.callTimeoutMs,
      lockLeaseMs: times.leaseMs,
    },
    () => undefined,
  );
}

/** Usernames that no account bears, and locks that nobody holds any more. */
async function leftovers({ sweepTargets }: KeycloakConnection): Promise<string[]> {
  const accounts = new Map((await Array.fromAsync(sweepTargets.accounts())).map((one) => [one.id, one]));
  const usernames = await Array.fromAsync(sweepTargets.someUsernames(100_000));
  const unused = usernames.filter(({ accountId, isOf }) => {
    const account = accounts.get(accountId);
    return account === undefined || !isOf(account);
  });
  const locks = await Array.fromAsync(sweepTargets.locksExpiredBefore(Date.now()));
  return [
    ...unused.map(({ accountId }) => `a username is reserved for ${accountId}, which does not bear it`),
    ...locks.map(({ name }) => `the lock ${name} is left`),
  ];
}

/** All clients that no account is, and the roles of the service's own that say who may do what. */
async function foreignState({ laboratory: { realm } }: Bench): Promise<string> {
  const { body: clients } = await realm.admin('GET', '/clients');
  const foreign = clients.filter(
    ({ attributes }: { attributes: Record<string, string> }) =>
      attributes[clientAttributes.managed] !== 'true',
  );
  const roles = await Promise.all(
    [names.apiClient, names.tenantsClient].map(
      async (client) => (await realm.admin('GET', `/clients/${await realm.uuidOf(client)}/roles`)).body,
    ),
  );
  return JSON.stringify([foreign, roles]);
}

async function checkSwept(bench: Bench, one: Abandoned): Promise<string[]> {
  const { operation, cell, subject, answer } = one;
  const told = toldBy(operation, [answer]);
  const found: string[] = [];
  if (subject === undefined) {
    found.push(...(await checkCreated(bench, operation, cell, [answer], told)));
  } else {
    subject.secrets.push(...told.secrets);
    subject.revocations.push(...told.revocations);
    const { state, faults } = await observeAccount(bench.laboratory.realm, subject, true);
    // So much later, no token is left that a revocation would have to be listed for.
    found.push(...faults.filter((text) => text !== notListed));
    found.push(...faultsOfState(operation, subject.state, state, answer, told));
    if (state.exists) found.push(...(await changeable(bench, subject.id)));
  }
  await clearAway(bench, cell, subject);
  found.push(...(await free(bench, cell.username)));
  return found;
}

/** No lock and nothing half made keeps an account from being changed at once. */
async function changeable({ steady }: Bench, id: string): Promise<string[]> {
  const { status } = await steady.ask({ method: 'PATCH', path: `/${id}`, body: { description: 'swept' } });
  return status === 200 ? [] : [`a change after the sweep was answered ${status}`];
}

async function free(bench: Bench, username: string): Promise<string[]> {
  const made = await bench.steady.ask({ method: 'POST', body: { username, mode: 'agent' } });
  if (made.status !== 201) return [`an account of the name was answered ${made.status} ${made.body?.code}`];
  const gone = await bench.steady.ask({ method: 'DELETE', path: `/${made.body.id}` });
  return gone.status === 204 ? [] : [`deleting it was answered ${gone.status}`];
}
