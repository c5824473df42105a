import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, differences, same, type Write } from '../account-model.ts';
import type { Cluster } from '../cluster/laboratory.ts';
import { readTruth } from '../cluster/truth.ts';
import type { RacedAccount } from '../races/contestant.ts';
import { createdAccount, outcomeOf, requestOf } from '../races/through-service.ts';
import { observeAccount } from '../raw-account.ts';
import type { ServiceAnswer, ServiceRequest, serviceAt } from '../replica.ts';
import { count, noAnswer, type Phase } from './tally.ts';

/** Nobody waits longer for a change; that it was not done by then is a fault of its own. */
const patienceMs = 60_000;
const pauseMs = 1_000;
/** What a well-behaved caller asks again after: nothing was done, or nobody knows. */
const worthRepeating = [409, 502, 503, 504];

type Service = ReturnType<typeof serviceAt>;

/** A caller with an account of its own, who makes one change after the other and repeats each until it is done. */
export function createWriter(service: Service, name: string, phase: () => Phase) {
  const faults: string[] = [];
  let made = 0;

  async function ask(wanted: ServiceRequest): Promise<ServiceAnswer | undefined> {
    const { calls } = phase();
    const sentAt = performance.now();
    const answer = await service.request(wanted).catch(() => undefined);
    count(calls, answer?.status ?? noAnswer, performance.now() - sentAt);
    return answer;
  }

  /** Its answer, after as many attempts as it takes; the last one when patience is over. */
  async function askUntilDone(wanted: ServiceRequest): Promise<ServiceAnswer | undefined> {
    const patienceEndsAt = performance.now() + patienceMs;
    for (;;) {
      const answer = await ask(wanted);
      const isFinal = answer !== undefined && !worthRepeating.includes(answer.status);
      if (isFinal || performance.now() > patienceEndsAt) return answer;
      await sleep(Number(answer?.headers['retry-after'] ?? 1) * 1000);
    }
  }

  async function change(account: RacedAccount, write: Write): Promise<void> {
    const answer = await askUntilDone({
      ...requestOf(account.id, write),
      headers: { 'idempotency-key': randomUUID() },
    });
    if (answer?.status !== 200) {
      faults.push(`${name}: ${write.kind} was answered ${answer?.status ?? noAnswer}`);
      return;
    }
    account.state = after(account.state, outcomeOf(account, write, answer));
    made += 1;
  }

  return {
    faults,
    /** How many changes were acknowledged. */
    acknowledged: () => made,
    async create(): Promise<RacedAccount> {
      const body = { username: name, mode: 'agent' };
      const answer = await askUntilDone({
        method: 'POST',
        body,
        headers: { 'idempotency-key': randomUUID() },
      });
      if (answer?.status !== 201) throw new Error(`not created: ${answer?.status} ${answer?.text}`);
      return createdAccount(answer);
    },
    /** Makes these changes over and over, with a pause after each, until the signal. */
    async write(account: RacedAccount, kinds: readonly ChangeKind[], signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        for (const kind of kinds) {
          if (signal.aborted) return;
          await change(account, kind === 'edit' ? { kind, description: `${name} ${made}` } : { kind });
          await sleep(pauseMs);
        }
      }
    },
  };
}

type ChangeKind = 'edit' | 'overlap' | 'activate' | 'deactivate';

/** Where an account is not what the acknowledged changes have made it, by the database and by Keycloak; in words. */
export async function lostWrites(cluster: Cluster, accounts: readonly RacedAccount[]): Promise<string[]> {
  const { database, realm } = cluster;
  const ids = accounts.map(({ id }) => id);
  const truths = await readTruth(database, realm.apiClientUuid, ids);
  const found = await Promise.all(
    accounts.map(async (account) => {
      const observed = await observeAccount(realm, account, true);
      return [truths.get(account.id)?.state, observed.state]
        .filter((state) => state === undefined || !same(account.state, state))
        .map((state) => `lost: ${state && differences(state, account.state)}`)
        .concat(observed.faults)
        .map((fault) => `${account.clientId}: ${fault}`);
    }),
  );
  return found.flat();
}
