import type { Contestant, Operation, Subject } from './contestant.ts';
import type { Subjects } from './measure.ts';

const nothing: Subject = { id: '', username: '' };

/**
 * Gives each contestant accounts of its own to change, in turn; there are more than operations at the same time. What a
 * contestant creates is what it deletes later.
 */
export function subjectsFrom(ids: readonly string[], contestants: readonly Contestant[]): Subjects {
  const share = Math.floor(ids.length / contestants.length);
  const own = new Map(
    contestants.map((contestant, index) => [contestant, ids.slice(index * share, (index + 1) * share)]),
  );
  const created = new Map<Contestant, Subject[]>(contestants.map((contestant) => [contestant, []]));
  const positions = new Map<Contestant, number>();
  let usernames = 0;
  return {
    next(contestant, operation: Operation) {
      if (operation === 'list') return nothing;
      if (operation === 'create') {
        usernames += 1;
        return { id: '', username: `made-${usernames}` };
      }
      if (operation === 'delete') {
        const subject = created.get(contestant)?.pop();
        if (subject === undefined) throw new Error(`${contestant.name} has nothing left to delete`);
        return subject;
      }
      const position = positions.get(contestant) ?? 0;
      positions.set(contestant, position + 1);
      const accounts = own.get(contestant) ?? [];
      return { id: accounts[position % accounts.length] ?? '', username: '' };
    },
    made: (contestant, subject) => void created.get(contestant)?.push(subject),
  };
}
