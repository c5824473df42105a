import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allPages, createRounds } from '../src/pages.ts';

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

describe('a list that is read a slice at a time', () => {
  const slices = async (length: number, max: number, rounds: number, random = () => 0) => {
    const list = listOf(length);
    const someEntries = createRounds(list.readPage, random);
    const got: string[][] = [];
    for (let round = 0; round < rounds; round += 1) got.push(ids(await Array.fromAsync(someEntries(max))));
    return { ...list, got };
  };

  it('that is no longer than a slice is yielded in full each time', async () => {
    const { entries, got } = await slices(20, 20, 3);
    expect(got).toEqual(Array(3).fill(ids(entries)));
  });

  it('is gone through from anywhere, a slice at a time, to its end, and then from its beginning', async () => {
    const { got } = await slices(25, 10, 5, () => 0.5);
    // From twice the slice's length, doubled until the list is no longer, half: the twentieth.
    const spans = got.map((slice) => `${slice[0]}-${slice.at(-1)}`);
    expect(spans).toEqual(['20-24', '0-9', '9-18', '18-24', '0-9']);
  });

  it('has every entry yielded in a round, however many of them are deleted as they are yielded, wherever it began', async () => {
    const begin = fc.double({ min: 0, max: 0.999, noNaN: true });
    await fc.assert(
      fc.asyncProperty(begin, fc.integer({ min: 10, max: 40 }), async (fraction, max) => {
        const { entries, readPage } = listOf(95);
        const someEntries = createRounds(readPage, () => fraction);
        const got = new Set<string>();
        // Of ten entries one is what may be deleted in a slice.
        for (let slice = 0; slice < 30; slice += 1) {
          for await (const { id } of someEntries(max)) got.add(id);
          entries.splice(
            entries.findIndex(({ id }) => got.has(id)),
            1,
          );
        }
        expect(ids(entries).filter((id) => !got.has(id))).toEqual([]);
      }),
    );
  });

  it('asks for no more than the slice, and a few entries to see how long the list is', async () => {
    const { ranges } = await slices(1000, 50, 1, () => 0.1);
    expect(ranges.filter(({ max }) => max > 1)).toEqual([{ first: expect.any(Number), max: 50 }]);
    expect(ranges.length).toBeLessThan(10);
  });
});
