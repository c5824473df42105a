import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome, Write, WriteKind } from '../account-model.ts';
import type { TestedRealm } from '../laboratory.ts';
import { grants, type RacedAccount } from '../races/contestant.ts';
import { createdAccount, outcomeOf, requestOf } from '../races/through-service.ts';
import { pick, type Random } from '../random.ts';
import { randomWrite } from '../random-write.ts';
import { observeAccount } from '../raw-account.ts';
import type { Replica, ServiceAnswer, ServiceRequest } from '../replica.ts';
import { hasSerialOrder, lostWrites } from '../serial-order.ts';

/** What is asked at once, step by step: mostly one thing, now and then two of them through different replicas. */
const stepsOfABatch = 5;
const shareOfPairs = 0.25;
const kinds: readonly WriteKind[] = [
  ...(['read', 'read', 'read', 'read', 'edit', 'edit', 'mode', 'regenerate', 'regenerate'] as const),
  ...(['overlap', 'overlap', 'end-previous', 'revoke', 'activate', 'deactivate'] as const),
];
const shareOfDeletions = 0.1;
const patienceMs = 120_000;

export interface Soak {
  readonly laboratory: TestedRealm;
  readonly replicas: readonly Replica[];
  readonly random: Random;
  /** Told of each answer. */
  readonly onAnswer: (answer: ServiceAnswer) => void;
}

/** One caller with an account of its own: a batch of operations, then a look at what Keycloak has. */
export function createWorker({ laboratory, replicas, random, onAnswer }: Soak, name: string) {
  let account: RacedAccount | undefined;
  let made = 0;

  async function ask(request: ServiceRequest): Promise<ServiceAnswer> {
    const answer = await pick(random, replicas).request(request);
    onAnswer(answer);
    return answer;
  }

  /** Asks again as long as it is told to wait, or that the outcome is not known. */
  async function askUntilSettled(request: ServiceRequest): Promise<ServiceAnswer> {
    const patienceEndsAt = performance.now() + patienceMs;
    for (;;) {
      const answer = await ask(request);
      if (![409, 503, 504].includes(answer.status) || performance.now() > patienceEndsAt) return answer;
      await sleep(Number(answer.headers['retry-after'] ?? 1) * 1000);
    }
  }

  async function create(): Promise<RacedAccount> {
    const grant = pick(random, grants);
    made += 1;
    const body = { username: `${name} ${made}`, ...(grant.mode === 'custom' ? grant : { mode: grant.mode }) };
    const headers = { 'idempotency-key': `${name}-${made}`.replaceAll(' ', '-') };
    const answer = await askUntilSettled({ method: 'POST', body, headers });
    if (answer.status !== 201) throw new Error(`not created: ${answer.status} ${answer.text}`);
    return createdAccount(answer);
  }

  async function perform(subject: RacedAccount, kind: WriteKind, tag: string): Promise<Outcome> {
    const write = randomWrite(kind, tag, subject.state, random);
    return outcomeOf(subject, write, await ask(requestOf(subject.id, write)));
  }

  /** After an answer that leaves something open: a change that says what the account is to be, until it is done. */
  async function settle(subject: RacedAccount, tag: string): Promise<Outcome> {
    const write: Write = { kind: 'mode', grant: pick(random, grants) };
    const answer = await askUntilSettled(requestOf(subject.id, write));
    const outcome = outcomeOf(subject, write, answer);
    if (outcome.verdict === 'applied' || outcome.verdict === 'absent') return outcome;
    throw new Error(`${tag}: still ${outcome.answer} after ${patienceMs / 1000} s`);
  }

  return {
    /** What is wrong after some more operations, in words. */
    async batch(): Promise<string[]> {
      const subject = account?.state.exists ? account : await create();
      account = subject;
      const before = subject.state;
      const outcomes: Outcome[] = [];
      const found: string[] = [];
      for (let step = 0; step < stepsOfABatch; step++) {
        const count = random() < shareOfPairs ? 2 : 1;
        const chosen = Array.from({ length: count }, () => pick(random, kinds));
        if (step === stepsOfABatch - 1 && random() < shareOfDeletions) chosen[0] = 'delete';
        const answers = await Promise.all(
          chosen.map((kind, index) => perform(subject, kind, `${made}.${step}.${index}`)),
        );
        outcomes.push(...answers);
        found.push(
          ...answers.filter(({ answer }) => !isHonest(answer)).map(({ answer }) => `answered ${answer}`),
        );
        if (answers.some(leavesOpen)) {
          outcomes.push(await settle(subject, name));
          break;
        }
      }
      const observed = await observeAccount(laboratory.realm, subject, true);
      subject.state = observed.state;
      if (!hasSerialOrder(before, outcomes.map(unlessPartial), observed.state)) {
        const lost = lostWrites(before, outcomes, observed.state).map(({ write }) => write.kind);
        const told = outcomes.map(({ write, answer }) => `${write.kind} ${answer}`).join(', ');
        found.push(`${lost.length > 0 ? `lost ${lost}` : 'no order explains what is there'} (${told})`);
      }
      return [...found, ...observed.faults];
    },
  };
}

const isHonest = (answer: string): boolean => /^(20[014]|404|409|503|504)/.test(answer);

/** 504 leaves everything open, and 503 in a change of mode how far it got. */
const leavesOpen = ({ verdict, write, answer }: Outcome): boolean =>
  verdict === 'unknown' || (answer.startsWith('503') && ['mode', 'delete'].includes(write.kind));

/** A change by steps that was broken off may have been done in part, or all but the answer. */
const unlessPartial = (outcome: Outcome): Outcome =>
  leavesOpen(outcome) ? { ...outcome, verdict: 'unknown' } : outcome;
