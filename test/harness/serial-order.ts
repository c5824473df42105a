import { type AccountState, after, isInTime, isShown, type Outcome, same } from './account-model.ts';

/**
 * Whether what was answered to writes that ran side by side, and what is there now, can have come about by doing them
 * one after another (linearizability): in some order that leaves those alone that were over before others began, each
 * write that was acknowledged took effect and was answered with what it left, each refused one had none, each one of
 * unknown outcome had its effect or had none. Give it a handful of outcomes: it tries the orders.
 */
export function hasSerialOrder(
  before: AccountState,
  outcomes: readonly Outcome[],
  now: AccountState,
): boolean {
  const candidates = outcomes.filter(({ verdict }) => verdict !== 'refused');
  return search(before, candidates, (end) => same(end, now));
}

function search(
  state: AccountState,
  left: readonly Outcome[],
  isEnd: (state: AccountState) => boolean,
): boolean {
  if (left.length === 0) return isEnd(state);
  return left.some((next, index) => {
    // Whatever was answered before this one was sent came before it.
    if (left.some((other) => other.answeredAt < next.sentAt)) return false;
    const rest = left.toSpliced(index, 1);
    return resultsOf(state, next).some((result) => search(result, rest, isEnd));
  });
}

/** The states that the account can be in after `outcome`, none when it can't have come now. */
function resultsOf(state: AccountState, outcome: Outcome): AccountState[] {
  const { verdict, shown } = outcome;
  if (verdict === 'absent') return state.exists ? [] : [state];
  if (verdict === 'unknown') return state.exists ? [after(state, outcome), state] : [state];
  if (!state.exists) return [];
  const result = after(state, outcome);
  if (!isInTime(state, result)) return [];
  return shown === undefined || isShown(state, result, shown) ? [result] : [];
}

/**
 * The acknowledged writes without which what is there can be explained: the lost ones. Empty when nothing is wrong, or
 * when no loss of acknowledged writes explains it.
 */
export function lostWrites(
  before: AccountState,
  outcomes: readonly Outcome[],
  now: AccountState,
): readonly Outcome[] {
  if (hasSerialOrder(before, outcomes, now)) return [];
  const applied = outcomes.filter(({ verdict }) => verdict === 'applied');
  let subsets: Outcome[][] = [[]];
  for (const outcome of applied) subsets = subsets.concat(subsets.map((set) => [...set, outcome]));
  subsets = subsets.filter((set) => set.length > 0).sort((a, b) => a.length - b.length);
  const found = subsets.find((lost) => {
    // A lost write may show for a while, to itself and to others: leave out what the answers show.
    const others = outcomes
      .filter((outcome) => !lost.includes(outcome))
      .map(({ shown: _, ...outcome }) => outcome);
    return hasSerialOrder(before, others, now);
  });
  return found ?? [];
}
