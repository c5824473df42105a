import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AccountState,
  type Outcome,
  rolesOfGrant,
  type Write,
  type WriteKind,
  writeKinds,
} from '../account-model.ts';
import { pick, type Random } from '../random.ts';
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
export const combinations: readonly (readonly WriteKind[])[] = [
  ...writeKinds.flatMap((a, i) => writeKinds.slice(i).map((b) => [a, b])),
  ...writeKinds.flatMap((a, i) =>
    writeKinds.slice(i).flatMap((b, j) => writeKinds.slice(i + j).map((c) => [a, b, c])),
  ),
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
  const writes = kinds.map((kind, index) => writeOf(kind, `${name}.${index}`, account, random));
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
  return [`no order explains what is there: ${JSON.stringify({ ...now, secret: undefined })}`];
}

/** A deactivation of what is inactive could not be lost. */
async function prepare(
  contestant: Contestant,
  account: RacedAccount,
  kinds: readonly WriteKind[],
): Promise<void> {
  const kind = kinds.includes('deactivate') ? 'activate' : 'deactivate';
  const hasToChange =
    kind === 'activate' ? !account.state.active : account.state.active && kinds.includes('activate');
  if (!hasToChange) return;
  const { verdict, answer } = await contestant.write(account, { kind }, 0);
  if (verdict !== 'applied')
    throw new Error(`the account could not be prepared: ${kind} was answered ${answer}`);
  account.state = { ...account.state, active: kind === 'activate' };
}

function writeOf(kind: WriteKind, name: string, account: RacedAccount, random: Random): Write {
  if (kind === 'edit') return { kind, description: name };
  if (kind !== 'mode') return { kind };
  const others = grants.filter((grant) => String(rolesOfGrant(grant)) !== String(account.state.roles));
  return { kind, grant: pick(random, others) };
}
