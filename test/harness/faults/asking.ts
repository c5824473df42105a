import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceAnswer, ServiceRequest } from '../replica.ts';
import type { TestedService, Times } from './bench.ts';

const patienceMs = 120_000;

/** Asks until it is done: a machine with much to do may need several attempts. */
export async function askPatiently(
  service: Pick<TestedService, 'ask'>,
  request: ServiceRequest,
): Promise<ServiceAnswer> {
  const patienceEndsAt = performance.now() + patienceMs;
  let answer = await service.ask(request);
  while (isToWait(answer) && performance.now() < patienceEndsAt) {
    await sleep(Number(answer.headers['retry-after']) * 1000);
    answer = await service.ask(request);
  }
  return answer;
}

/** Asks once more as an honest client does: after Retry-After, and again where it is told to wait on. */
export async function repeat(
  service: TestedService,
  request: ServiceRequest,
  first: ServiceAnswer,
  { leaseMs }: Times,
): Promise<ServiceAnswer> {
  const patienceEndsAt = performance.now() + 2 * leaseMs + 10_000;
  let answer = first;
  do {
    const waitMs = Number(answer.headers['retry-after'] ?? 0) * 1000;
    await sleep(Math.min(waitMs, leaseMs));
    answer = await service.ask(request);
  } while (isToWait(answer) && performance.now() < patienceEndsAt);
  return answer;
}

const isToWait = ({ status, headers }: ServiceAnswer): boolean =>
  [409, 503, 504].includes(status) && headers['retry-after'] !== undefined;
