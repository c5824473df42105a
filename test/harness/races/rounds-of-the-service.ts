import { setTimeout as sleep } from 'node:timers/promises';
import { clientAttributes } from '../../../src/names.ts';
import { type Outcome, rolesOfGrant, type Write } from '../account-model.ts';
import type { TestedRealm } from '../laboratory.ts';
import { pick, type Random } from '../random.ts';
import { observeAccount } from '../raw-account.ts';
import type { Replica, ServiceAnswer, ServiceRequest } from '../replica.ts';
import { hasSerialOrder } from '../serial-order.ts';
import { grants, type RacedAccount } from './contestant.ts';
import type { RoundResult } from './rounds.ts';
import { createdAccount, outcomeOf, replicaFor, requestOf } from './through-service.ts';

const longestJitterMs = 20;

/** What only the service promises, and so only the service is asked: each gives one round's result. */
export interface ServiceRounds {
  sameUsername(name: string): Promise<RoundResult>;
  sameEtag(account: RacedAccount, name: string): Promise<RoundResult>;
  sameKey(name: string): Promise<RoundResult>;
  sameOverlap(account: RacedAccount, name: string): Promise<RoundResult>;
}

/** Rounds in which one of several requests has to win. */
export function roundsOfTheService(
  { realm }: TestedRealm,
  replicas: readonly Replica[],
  random: Random,
): ServiceRounds {
  /** Sends requests to different replicas at the same moment, give or take some milliseconds. */
  const race = (
    requests: readonly ServiceRequest[],
    writes: readonly Write[] = [],
  ): Promise<ServiceAnswer[]> =>
    Promise.all(
      requests.map(async (request, index) => {
        await sleep(random() * longestJitterMs);
        return replicaFor(replicas, index, writes[index]).request(request);
      }),
    );

  async function accountsNamed(username: string): Promise<number> {
    const { body } = await realm.admin('GET', `/clients?q=${clientAttributes.tenant}:acme`);
    const wanted = username.toLowerCase();
    return body.filter(
      ({ attributes }: { attributes: Record<string, string> }) =>
        attributes[clientAttributes.username]?.toLowerCase() === wanted,
    ).length;
  }

  return {
    async sameUsername(name) {
      const spellings = [name, name.toUpperCase(), name].slice(0, random() < 0.5 ? 2 : 3);
      const answers = await race(
        spellings.map((username) => ({ method: 'POST', body: { username, mode: 'agent' } })),
      );
      const faults = unexpected(answers, [201, 409]);
      if (count(answers, 201) !== 1) faults.push(`${count(answers, 201)} winners`);
      const made = await accountsNamed(name);
      if (made !== 1) faults.push(`${made} accounts of the name`);
      for (const answer of answers.filter(({ status }) => status === 201)) {
        await removed(replicas, answer.body.id, faults);
      }
      return result('create + create, one username', faults, answers);
    },

    async sameEtag(account, name) {
      const etag = await etagOf(replicas, account.id);
      const before = account.state;
      const others = grants.filter((grant) => String(rolesOfGrant(grant)) !== String(before.roles));
      const choices: Write[] = [
        { kind: 'edit', description: name },
        { kind: 'mode', grant: pick(random, others) },
        { kind: 'regenerate' },
        { kind: 'overlap' },
        { kind: 'keys', kid: name },
        { kind: 'revoke' },
      ];
      const writes = [pick(random, choices), pick(random, choices)];
      const answers = await race(
        writes.map((write) => ({ ...requestOf(account.id, write), headers: { 'if-match': etag } })),
        writes,
      );
      const outcomes = answers.map((answer, index) => outcomeOf(account, writes[index] as Write, answer));
      const faults = unexpected(answers, [200, 412]);
      if (count(answers, 200) !== 1) faults.push(`${count(answers, 200)} winners`);
      const observed = await observeAccount(realm, account, true);
      if (!hasSerialOrder(before, outcomes, observed.state)) faults.push('the winner does not show');
      account.state = observed.state;
      return { ...result('two writes, one If-Match', [...faults, ...observed.faults], answers), outcomes };
    },

    async sameKey(name) {
      const headers = { 'idempotency-key': `races-${name}` };
      const request = { method: 'POST', body: { username: name, mode: 'agent' }, headers };
      const answers = await race([request, request]);
      const faults = unexpected(answers, [201, 409]);
      const whole = answers.filter(({ status }) => status === 201);
      if (whole.length === 0) faults.push('no winner');
      const first = whole[0];
      const made = await accountsNamed(name);
      if (made !== 1) faults.push(`${made} accounts of the name`);
      if (first !== undefined) {
        const secrets = whole.map(({ body }) => body.clientSecret);
        const account = { ...createdAccount(first), secrets };
        const { state, faults: seen } = await observeAccount(realm, account, true);
        // Of two answers one is the other's repetition, whose secret is the valid one.
        if (!secrets.includes(state.secret)) faults.push('none of the secrets told is valid');
        faults.push(...seen);
        await removed(replicas, account.id, faults);
      }
      return result('create + create, one Idempotency-Key', faults, answers);
    },

    async sameOverlap(account, name) {
      const before = account.state;
      const headers = { 'idempotency-key': `races-${name}` };
      const write: Write = { kind: 'overlap' };
      const request = { ...requestOf(account.id, write), headers };
      const answers = await race([request, request], [write, write]);
      const faults = unexpected(answers, [200, 409]);
      const secrets: string[] = answers.flatMap(({ body }) => body?.clientSecret ?? []);
      account.secrets.push(...secrets);
      const { state, faults: seen } = await observeAccount(realm, account, true);
      account.state = state;
      if (!secrets.includes(state.secret)) faults.push('none of the secrets told is valid');
      // Of two answers one is the other's repetition, which must not end the secret that the first one kept.
      if (state.previousSecret !== before.secret) faults.push('the overlap is not of the secret before');
      const ends = new Set(answers.flatMap(({ body }) => body?.previousSecret?.validUntil ?? []));
      if (ends.size > 1) faults.push('the repetition changed when the overlap ends');
      return result('overlap + overlap, one Idempotency-Key', [...faults, ...seen], answers);
    },
  };
}

async function etagOf(replicas: readonly Replica[], id: string): Promise<string> {
  const answer = await (replicas[0] as Replica).request({ path: `/${id}` });
  const { etag } = answer.headers;
  return typeof etag === 'string' ? etag : '"none was given"';
}

async function removed(replicas: readonly Replica[], id: string, faults: string[]): Promise<void> {
  const { status } = await (replicas[0] as Replica).request({ method: 'DELETE', path: `/${id}` });
  if (status !== 204) faults.push(`the winner could not be deleted: ${status}`);
}

const count = (answers: readonly ServiceAnswer[], wanted: number): number =>
  answers.filter(({ status }) => status === wanted).length;

const unexpected = (answers: readonly ServiceAnswer[], wanted: readonly number[]): string[] =>
  answers
    .filter(({ status }) => !wanted.includes(status))
    .map(({ status, body }) => `answered ${status} ${body?.code ?? ''}`);

function result(kinds: string, faults: readonly string[], answers: readonly ServiceAnswer[]): RoundResult {
  const outcomes: Outcome[] = answers.map(({ status, body, sentAt, answeredAt }) => ({
    write: { kind: 'edit', description: '' },
    verdict: status < 300 ? 'applied' : 'refused',
    sentAt,
    answeredAt,
    answer: `${status}${body?.code ? ` ${body.code}` : ''}`,
  }));
  return { kinds, lost: [], faults, outcomes };
}
