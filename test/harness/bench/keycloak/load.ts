/** Durations in ms, in order. */
export type Durations = readonly number[];

/**
 * Makes a number of requests and takes the time of each.
 * @param request gets the number of the request, from 0
 */
export async function timeRequests(
  count: number,
  concurrency: number,
  request: (index: number) => Promise<unknown>,
): Promise<Durations> {
  const durations: number[] = [];
  let next = 0;
  const caller = async () => {
    while (next < count) {
      const index = next++;
      const startedAt = performance.now();
      await request(index);
      durations.push(performance.now() - startedAt);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, caller));
  return durations.sort((one, other) => one - other);
}

/** The duration below which that part of all is: 0.5 for the median. */
export function quantile(durations: Durations, part: number): number {
  return durations[Math.min(durations.length - 1, Math.floor(durations.length * part))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number =>
  quantile(
    [...values].sort((one, other) => one - other),
    0.5,
  );

/** Makes requests one after the other in each of so many lanes, for some seconds. */
export async function requestFor(
  seconds: number,
  concurrency: number,
  request: () => Promise<unknown>,
): Promise<{ count: number; perSecond: number }> {
  const startedAt = performance.now();
  const elapsed = () => (performance.now() - startedAt) / 1000;
  let count = 0;
  const caller = async () => {
    while (elapsed() < seconds) {
      await request();
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, caller));
  return { count, perSecond: count / elapsed() };
}
