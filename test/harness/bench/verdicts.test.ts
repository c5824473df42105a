import { describe, expect, it } from 'vitest';
import type { Measured } from './measure.ts';
import { aloneVerdicts, growthVerdicts, longestP50, verdictsOf } from './verdicts.ts';

const measured = (
  contestant: string,
  p50Ms: number,
  p95Ms: number,
  more: Partial<Measured> = {},
): Measured => ({
  contestant,
  operation: 'edit',
  concurrency: 1,
  count: 100,
  p50Ms,
  p95Ms,
  p99Ms: p95Ms,
  perSecond: 10,
  ...more,
});
const among400 = (...all: Measured[]) => verdictsOf({ accounts: 400, measured: all });
const holding = (verdicts: ReturnType<typeof verdictsOf>) => verdicts.map(({ holds }) => holds);

describe('the verdict on what the service adds', () => {
  const floor = measured('floor', 10, 20);
  const forwarder = measured('forwarder', 12, 23);

  it('holds up to 1.5 times what the forwarder adds at p50, and twice at p95', () => {
    expect(holding(among400(floor, forwarder, measured('service', 11.5, 26)))).toEqual([true, true, true]);
    expect(holding(among400(floor, forwarder, measured('service', 13.1, 26.1)))).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('takes a forwarder that seems to add nothing for one that adds what can just be measured', () => {
    const fast = measured('forwarder', 9, 19);
    expect(holding(among400(floor, fast, measured('service', 10.29, 20.39)))).toEqual([true, true, true]);
    expect(holding(among400(floor, fast, measured('service', 10.31, 20.41)))).toEqual([false, false, true]);
  });

  it('holds up to the longest p50 that a plot marks, and not beyond', () => {
    for (const operation of ['edit', 'list'] as const) {
      const longest = longestP50(operation, 10, 11.5);
      const service = (p50Ms: number) => {
        const others = [
          measured('floor', 10, 20, { operation }),
          measured('forwarder', 11.5, 23, { operation }),
        ];
        return holding(among400(...others, measured('service', p50Ms, 20, { operation })));
      };
      expect(service(longest - 0.01)).not.toContain(false);
      expect(service(longest + 0.01)).toContain(false);
    }
  });

  it('is not given where no target is set', () => {
    const busy = { concurrency: 32 };
    expect(
      among400(
        measured('floor', 1, 1, busy),
        measured('forwarder', 1, 1, busy),
        measured('service', 9, 9, busy),
      ),
    ).toEqual([]);
  });
});

describe('the verdict on growth', () => {
  it('compares the service with itself among few accounts', () => {
    const few = [measured('service', 10, 20), measured('floor', 1, 1)];
    expect(holding(growthVerdicts(few, [measured('service', 12, 90), measured('floor', 9, 9)]))).toEqual([
      true,
    ]);
    expect(holding(growthVerdicts(few, [measured('service', 12.1, 20)]))).toEqual([false]);
  });
});

describe('the verdict on the service alone', () => {
  const alone = (servicePerSecond: number, readySeconds: number, peakMb: number) =>
    holding(
      aloneVerdicts({
        operations: [{ operation: 'list', servicePerSecond, barePerSecond: 1_000 }],
        readySeconds,
        peakMb,
      }),
    );

  it('holds from 0.6 times the rate of a bare route, up to a second until it is ready, and up to 150 MB', () => {
    expect(alone(600, 1, 150)).toEqual([true, true, true]);
    expect(alone(599, 1.01, 151)).toEqual([false, false, false]);
  });
});
