import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AccountState,
  after,
  kidOf,
  none,
  type Outcome,
  type Write,
  type WriteKind,
} from '../account-model.ts';
import { pick, type Random } from '../random.ts';
import { randomWrite } from '../random-write.ts';
import { hasSerialOrder, lostWrites } from '../serial-order.ts';
import { type Contestant, grants, type RacedAccount } from './contestant.ts';

export interface RoundResult {
  /** What raced, such as `edit + regenerate`. */
  readonly kinds: string;
  /** The acknowledged writes that were lost. */
  readonly lost: readonly WriteKind[];
  /** What else is wrong, in words. */
  readonly faults: readonly string[];
  readonly outcomes: readonly Outcome[];
}

const longestJitterMs = 20;

/** Every pair of writes, then every triple; a write may meet its like. */
export const combinationsOf = (kinds: readonly WriteKind[]): (readonly WriteKind[])[] => [
  ...kinds.flatMap((a, i) => kinds.slice(i).map((b) => [a, b])),
  ...kinds.flatMap((a, i) => kinds.slice(i).flatMap((b, j) => kinds.slice(i + j).map((c) => [a, b, c]))),
];

/** The racers' account: the one of the round before, or a new one when that is gone. */
export async function accountFor(
  contestant: Contestant,
  last: RacedAccount | undefined,
  name: string,
  random: Random,
): Promise<RacedAccount> {
  return last?.state.exists ? last : contestant.create(name, pick(random, grants));
}

/**
 * Lets writes run at one account at the same moment, through different entries, then asks Keycloak what came of them.
 * Nothing is lost when the answers and what is there now fit some serial order.
 */
export async function raceWrites(
  contestant: Contestant,
  account: RacedAccount,
  kinds: readonly WriteKind[],
  name: string,
  random: Random,
): Promise<RoundResult> {
  await prepare(contestant, account, kinds);
  const before = account.state;
  const writes = kinds.map((kind, index) => randomWrite(kind, `${name}.${index}`, before, random));
  const jitters = writes.map(() => random() * longestJitterMs);
  const shift = Math.floor(random() * contestant.entries);
  const outcomes = await Promise.all(
    writes.map(async (write, index) => {
      await sleep(jitters[index]);
      return contestant.write(account, write, index + shift);
    }),
  );
  const { state, faults } = await contestant.observe(account);
  account.state = state;
  const lost = lostWrites(before, outcomes, state).map(({ write }) => write.kind);
  return {
    kinds: kinds.join(' + '),
    lost,
    faults: lost.length > 0 ? faults : [...faults, ...contradictions(before, outcomes, state)],
    outcomes,
  };
}

/** What doesn't fit though no loss of acknowledged writes explains it. */
function contradictions(before: AccountState, outcomes: readonly Outcome[], now: AccountState): string[] {
  if (hasSerialOrder(before, outcomes, now)) return [];
  const unseen = outcomes.map(({ shown: _, ...outcome }) => outcome);
  if (hasSerialOrder(before, unseen, now)) return ['an answer shows what the account never was'];
  const shown = { ...now, secret: undefined, previousSecret: undefined };
  return [`no order explains what is there: ${JSON.stringify(shown)}`];
}

/** A deactivation of what is inactive could not be lost, nor the end of an overlap that there is not; and keys have no overlap. */
export async function prepare(
  contestant: Contestant,
  account: RacedAccount,
  kinds: readonly WriteKind[],
): Promise<void> {
  for (const write of preparations(account.state, kinds)) {
    const outcome = await contestant.write(account, write, 0);
    if (outcome.verdict !== 'applied') {
      throw new Error(`the account could not be prepared: ${write.kind} was answered ${outcome.answer}`);
    }
    account.state = after(account.state, outcome);
  }
}

function preparations(
  { active, secret, previousSecret }: AccountState,
  kinds: readonly WriteKind[],
): Write[] {
  const writes: Write[] = [];
  const needsSecret = kinds.includes('overlap') || kinds.includes('end-previous');
  if (needsSecret && kidOf(secret) !== undefined) writes.push({ kind: 'regenerate' });
  if (kinds.includes('end-previous') && previousSecret === none) writes.push({ kind: 'overlap' });
  if (kinds.includes('deactivate') && !active) writes.push({ kind: 'activate' });
  if (kinds.includes('activate') && !kinds.includes('deactivate') && active) {
    writes.push({ kind: 'deactivate' });
  }
  return writes;
}
