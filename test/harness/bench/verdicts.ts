import type { ServiceAlone } from './alone.ts';
import type { Measured } from './measure.ts';

export interface Verdict {
  readonly target: string;
  readonly holds: boolean;
  readonly figures: string;
}

/** What the service may add, in multiples of what a bare forwarder adds. */
const addedAtMost = { p50: 1.5, p95: 2 };
/** What these take in all, in multiples of their floor. */
const wholeAtMost = 1.15;
const boundInWhole = ['create', 'edit', 'regenerate'];
/** How much longer an operation may take among many accounts than among few. */
const growthAtMost = 1.2;
/** Below this, what a forwarder adds is within the noise, and no multiple of it says anything. */
const measurableMs = 0.2;

/** Of the service alone: its rate in multiples of a bare route's, and what it may need. */
const aloneAtLeast = { rate: 0.6 };
const aloneAtMost = { readySeconds: 1, peakMb: 150 };

const ratio = (value: number): string => value.toFixed(2);

/** Compares the service with the floor and with the forwarder, at the concurrencies for which targets are set. */
export function verdictsOf(measured: readonly Measured[]): Verdict[] {
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
    const at = `${operation}, concurrency ${concurrency}`;
    for (const [percentile, limit] of [
      ['p50Ms', addedAtMost.p50],
      ['p95Ms', addedAtMost.p95],
    ] as const) {
      const added = service[percentile] - floor[percentile];
      const least = Math.max(forwarder[percentile] - floor[percentile], measurableMs);
      verdicts.push({
        target: `${at}: adds at most ${limit} times what the forwarder adds at ${percentile.slice(0, 3)}`,
        holds: added <= limit * least,
        figures: `${ratio(added)} ms against ${ratio(least)} ms`,
      });
    }
    if (boundInWhole.includes(operation)) {
      const whole = service.p50Ms / floor.p50Ms;
      verdicts.push({
        target: `${at}: takes at most ${wholeAtMost} times its floor at p50`,
        holds: whole <= wholeAtMost,
        figures: `${ratio(whole)} times`,
      });
    }
  }
  return verdicts;
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
        target: `${grown.operation}: takes at most ${growthAtMost} times as long among many accounts as among few`,
        holds: growth <= growthAtMost,
        figures: `${ratio(growth)} times`,
      },
    ];
  });
}

/** Compares the service alone with a bare route. */
export function aloneVerdicts({ operations, readySeconds, peakMb }: ServiceAlone): Verdict[] {
  const rates = operations.map(({ operation, servicePerSecond, barePerSecond }) => ({
    target: `${operation}, the service alone: at least ${aloneAtLeast.rate} times the rate per core of a bare route that verifies the same token`,
    holds: servicePerSecond >= aloneAtLeast.rate * barePerSecond,
    figures: `${ratio(servicePerSecond / barePerSecond)} times: ${servicePerSecond.toFixed(0)} a second against ${barePerSecond.toFixed(0)}`,
  }));
  return [
    ...rates,
    {
      target: `ready within ${aloneAtMost.readySeconds} s of its start, with Keycloak up`,
      holds: readySeconds <= aloneAtMost.readySeconds,
      figures: `${ratio(readySeconds)} s`,
    },
    {
      target: `holds at most ${aloneAtMost.peakMb} MB under load`,
      holds: peakMb <= aloneAtMost.peakMb,
      figures: `${peakMb.toFixed(0)} MB`,
    },
  ];
}
