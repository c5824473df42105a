/** How much of one page the next page repeats. More deletions than that cost reading a page again. */
const overlappingShare = 0.1;

/**
 * Reads a list page by page, as Keycloak's Admin API gives it out by `first` and `max`, and yields each entry once. A
 * page is not read before the entries of the one before are consumed.
 *
 * Entries that are deleted while the list is read, also by the consumer, move the later ones forward. None of those is
 * missed: a page has to contain an entry that was seen, or else the page before it is read again. What is added
 * meanwhile may or may not be yielded. This takes a list in a fixed order; Keycloak orders clients by `clientId`, and
 * roles, policies and permissions by name.
 * @throws what `readPage` throws
 */
export async function* allPages<Entry extends { readonly id?: string }>(
  readPage: (range: { first: number; max: number }) => Promise<readonly Entry[]>,
  pageSize = 100,
): AsyncGenerator<Entry> {
  const step = pageSize - Math.ceil(pageSize * overlappingShare);
  const seen = new Set<string | undefined>();
  let first = 0;
  for (;;) {
    const page = await readPage({ first, max: pageSize });
    const followsSeen = first === 0 || page.some(({ id }) => seen.has(id));
    if (!followsSeen) {
      first = Math.max(0, first - pageSize);
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
