import type { ServiceAlone } from './alone.ts';
import type { Operation } from './contestant.ts';
import type { Measured } from './measure.ts';
import type { Place } from './places.ts';
import type { Stage } from './stage.ts';

export interface Verdict {
  /** What is asked, in the same words wherever it is asked. */
  readonly target: string;
  readonly place: Place;
  readonly holds: boolean;
  /** The figure that the target bounds. */
  readonly figure: string;
  /** From what the figure is computed, where it is. */
  readonly from?: string;
}

/** What the service may add, in multiples of what a bare forwarder adds. */
const addedAtMost = { p50: 1.5, p95: 2 };
/** What these take in all, in multiples of their floor. */
const wholeAtMost = 1.15;
const boundInWhole = ['create', 'edit', 'regenerate'];
/** How much longer an operation may take among many accounts than among few. */
export const growthAtMost = 1.2;
/** Below this, what a forwarder adds is within the noise, and no multiple of it says anything. */
export const measurableMs = 0.2;

/** Of the service alone: its rate in multiples of a bare route's, and what it may need. */
const aloneAtLeast = { rate: 0.6 };
const aloneAtMost = { readySeconds: 1, peakMb: 150 };

const ratio = (value: number): string => value.toFixed(2);

/** Compares the service with the floor and with the forwarder, at the concurrencies for which targets are set. */
export function verdictsOf({ accounts, measured }: Pick<Stage, 'accounts' | 'measured'>): Verdict[] {
  const verdicts: Verdict[] = [];
  for (const service of measured) {
    if (service.contestant !== 'service' || service.concurrency > 8) continue;
    const { operation, concurrency } = service;
    const other = (name: string) =>
      measured.find(
        (one) => one.contestant === name && one.operation === operation && one.concurrency === concurrency,
      );
    const [floor, forwarder] = [other('floor'), other('forwarder')];
    if (floor === undefined || forwarder === undefined) continue;
    const place = { operation, concurrency, accounts };
    for (const [percentile, limit] of [
      ['p50Ms', addedAtMost.p50],
      ['p95Ms', addedAtMost.p95],
    ] as const) {
      const added = service[percentile] - floor[percentile];
      const least = leastAdded(floor[percentile], forwarder[percentile]);
      verdicts.push({
        target: `adds at most ${limit} times what the forwarder adds at ${percentile.slice(0, 3)}`,
        place,
        holds: added <= limit * least,
        figure: ratio(added / least),
        from: `${ratio(added)} ms against ${ratio(least)} ms`,
      });
    }
    if (boundInWhole.includes(operation)) {
      const whole = service.p50Ms / floor.p50Ms;
      verdicts.push({
        target: `takes at most ${wholeAtMost} times its floor at p50`,
        place,
        holds: whole <= wholeAtMost,
        figure: ratio(whole),
        from: `${ratio(service.p50Ms)} ms against ${ratio(floor.p50Ms)} ms`,
      });
    }
  }
  return verdicts;
}

/** The longest p50, in ms, with which the service meets each target that is set for it. */
export function longestP50(operation: Operation, floorMs: number, forwarderMs: number): number {
  const byAdded = floorMs + addedAtMost.p50 * leastAdded(floorMs, forwarderMs);
  return boundInWhole.includes(operation) ? Math.min(byAdded, wholeAtMost * floorMs) : byAdded;
}

function leastAdded(floorMs: number, forwarderMs: number): number {
  return Math.max(forwarderMs - floorMs, measurableMs);
}

/** Compares the service among many accounts with itself among few. */
export function growthVerdicts(few: readonly Measured[], many: readonly Measured[]): Verdict[] {
  return many.flatMap((grown) => {
    const before = few.find(
      ({ contestant, operation, concurrency }) =>
        contestant === 'service' && operation === grown.operation && concurrency === grown.concurrency,
    );
    if (grown.contestant !== 'service' || grown.concurrency !== 1 || before === undefined) return [];
    const growth = grown.p50Ms / before.p50Ms;
    return [
      {
        target: `takes at most ${growthAtMost} times as long among many accounts as among few at p50`,
        place: { operation: grown.operation, concurrency: grown.concurrency },
        holds: growth <= growthAtMost,
        figure: ratio(growth),
        from: `${ratio(grown.p50Ms)} ms against ${ratio(before.p50Ms)} ms`,
      },
    ];
  });
}

/** Compares the service alone with a bare route. */
export function aloneVerdicts({ operations, readySeconds, peakMb }: ServiceAlone): Verdict[] {
  const rates = operations.map(({ operation, servicePerSecond, barePerSecond }) => ({
    target: `has alone at least ${aloneAtLeast.rate} times the rate per core of a bare route that verifies the same token`,
    place: { operation },
    holds: servicePerSecond >= aloneAtLeast.rate * barePerSecond,
    figure: ratio(servicePerSecond / barePerSecond),
    from: `${servicePerSecond.toFixed(0)} a second against ${barePerSecond.toFixed(0)}`,
  }));
  return [
    ...rates,
    {
      target: `is ready within ${aloneAtMost.readySeconds} s of its start, with Keycloak up`,
      place: {},
      holds: readySeconds <= aloneAtMost.readySeconds,
      figure: `${ratio(readySeconds)} s`,
    },
    {
      target: `holds at most ${aloneAtMost.peakMb} MB under load`,
      place: {},
      holds: peakMb <= aloneAtMost.peakMb,
      figure: `${peakMb.toFixed(0)} MB`,
    },
  ];
}
