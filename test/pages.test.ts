import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allPages } from '../src/pages.ts';

const pageSize = 20;

/** A list that Keycloak would give out in this order, and the ranges in which it was read. */
function listOf(length: number) {
  const entries = Array.from({ length }, (_, index) => ({ id: String(index) }));
  const ranges: { first: number; max: number }[] = [];
  return {
    entries,
    ranges,
    readPage: async ({ first, max }: { first: number; max: number }) => {
      ranges.push({ first, max });
      return entries.slice(first, first + max);
    },
    remove: (id: string) => {
      const index = entries.findIndex((entry) => entry.id === id);
      if (index >= 0) entries.splice(index, 1);
    },
  };
}

const ids = (entries: readonly { id: string }[]) => entries.map(({ id }) => id);

describe('a list that is read in pages', () => {
  it.each([0, 1, 19, 20, 21, 30, 95])('is yielded in full, in its order, with %d entries', async (length) => {
    const { entries, readPage } = listOf(length);
    expect(await Array.fromAsync(allPages(readPage, pageSize))).toEqual(entries);
  });

  it('is read no further than its consumer went', async () => {
    const { readPage, ranges } = listOf(95);
    for await (const { id } of allPages(readPage, pageSize)) if (id === '19') break;
    expect(ranges).toEqual([{ first: 0, max: pageSize }]);
  });

  it('loses nothing when its consumer deletes all that it gets', async () => {
    const { entries, readPage, remove } = listOf(95);
    const wanted = ids(entries);
    const got: string[] = [];
    for await (const { id } of allPages(readPage, pageSize)) {
      got.push(id);
      remove(id);
    }
    expect(got).toEqual(wanted);
    expect(entries).toEqual([]);
  });

  it('loses nothing, and yields nothing twice, whatever is deleted between two pages', async () => {
    const removals = fc.array(fc.subarray(ids(listOf(95).entries)), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(removals, async (rounds) => {
        const { entries, readPage, remove } = listOf(95);
        const remaining = [...rounds];
        const read = async (range: { first: number; max: number }) => {
          const page = await readPage(range);
          for (const id of remaining.shift() ?? []) remove(id);
          return page;
        };
        const got = ids(await Array.fromAsync(allPages(read, pageSize)));
        expect(got).toEqual([...new Set(got)]);
        expect(got).toEqual(expect.arrayContaining(ids(entries)));
      }),
    );
  });

  it('does not hide a failure', async () => {
    const failure = new Error('no answer');
    const read = async () => Promise.reject(failure);
    await expect(Array.fromAsync(allPages(read, pageSize))).rejects.toBe(failure);
  });
});
