const defaultPageSize = 100;

/** How much of one page the next page repeats. More deletions than that cost reading a page again. */
const overlapOf = (length: number): number => Math.ceil(length * 0.1);

interface Identified {
  readonly id?: string;
}
type ReadPage<Entry> = (range: { first: number; max: number }) => Promise<readonly Entry[]>;

/**
 * Reads a list page by page, as Keycloak's Admin API gives it out by `first` and `max`, and yields each entry once. A
 * page is not read before the entries of the one before are consumed.
 *
 * Entries that are deleted while the list is read, also by the consumer, move the later ones forward. None of those is
 * missed: a page has to contain an entry that was seen, or else the page before it is read again. What is added
 * meanwhile may or may not be yielded. This takes a list in a fixed order; Keycloak orders clients by `clientId`, and
 * roles, policies and permissions by name.
 * @param from how many entries to pass over
 * @throws what `readPage` throws
 */
export async function* allPages<Entry extends Identified>(
  readPage: ReadPage<Entry>,
  pageSize = defaultPageSize,
  from = 0,
): AsyncGenerator<Entry> {
  const step = pageSize - overlapOf(pageSize);
  const seen = new Set<string | undefined>();
  let first = from;
  for (;;) {
    const page = await readPage({ first, max: pageSize });
    const followsSeen = first === from || page.some(({ id }) => seen.has(id));
    if (!followsSeen) {
      first = Math.max(from, first - pageSize);
      continue;
    }
    for (const entry of page) {
      if (seen.has(entry.id)) continue;
      seen.add(entry.id);
      yield entry;
    }
    if (page.length < pageSize) return;
    first += step;
  }
}

/**
 * Goes through a list a slice at a time, however long the list is: each call of what is returned yields at most so many
 * entries, from about where the call before it ended, and from the beginning again after the end. A list that is no longer than a
 * slice is yielded in full each time. The first slice begins anywhere in the list, so that processes that end early, or take
 * turns, get to every part of it.
 * @param random from 0 to 1, without 1
 */
export function createRounds<Entry extends Identified>(
  readPage: ReadPage<Entry>,
  random: () => number = Math.random,
): (max: number) => AsyncGenerator<Entry> {
  let next: number | undefined;
  const isLongerThan = async (length: number) => (await readPage({ first: length, max: 1 })).length > 0;

  async function anywhere(atLeast: number): Promise<number> {
    let length = atLeast;
    while (await isLongerThan(length)) length *= 2;
    while (length > 0) {
      const first = Math.floor(random() * length);
      if (await isLongerThan(first)) return first;
      length = first;
    }
    return 0;
  }

  return async function* slice(max) {
    if (!(await isLongerThan(max))) {
      next = undefined;
      yield* allPages(readPage);
      return;
    }
    next ??= await anywhere(max);
    const from = next;
    let count = 0;
    for await (const entry of allPages(readPage, Math.min(max, defaultPageSize), from)) {
      yield entry;
      count += 1;
      if (count === max) break;
    }
    // What was deleted meanwhile has moved the later entries forward.
    next = count < max ? 0 : from + max - overlapOf(max);
  };
}
