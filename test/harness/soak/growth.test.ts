import { describe, expect, it } from 'vitest';
import { growthOf, type Holding } from './growth.ts';

const megabyte = 1024 * 1024;
const holdings = (count: number, at: (index: number) => Partial<Holding>): Holding[] =>
  Array.from({ length: count }, (_, index) => ({
    operations: index * 1000,
    bytes: 40 * megabyte,
    residentBytes: 0,
    handles: 40,
    ...at(index),
  }));

describe('the growth of a process', () => {
  it('is seen when every operation leaves a kilobyte behind, or some a socket', () => {
    expect(growthOf(holdings(20, (i) => ({ bytes: (40 + i) * megabyte }))).faults).toEqual([
      expect.stringMatching(/^memory grew by 13/),
    ]);
    expect(growthOf(holdings(20, (i) => ({ handles: 40 + 2 * i }))).faults).toEqual([
      expect.stringMatching(/^open handles grew by 26/),
    ]);
  });

  it('is not what fills once and stays, nor what goes up and down', () => {
    expect(growthOf(holdings(20, (i) => ({ bytes: Math.min(30 + 4 * i, 45) * megabyte }))).faults).toEqual(
      [],
    );
    expect(
      growthOf(holdings(20, (i) => ({ bytes: (40 + (i % 3)) * megabyte, handles: 40 + (i % 5) }))).faults,
    ).toEqual([]);
  });
});
