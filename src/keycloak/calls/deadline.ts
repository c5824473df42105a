import { keycloakUnavailable } from '../../errors.ts';
import { KeycloakFailure } from './failures.ts';

/**
 * Runs work that ends with `signal`, and after `ms` milliseconds at the latest. Unlike AbortSignal.timeout, nothing is left of
 * it when the work is over: of a thousand requests a second, each with its calls, timers would otherwise wait for seconds.
 * @throws what `work` throws when the signal that it gets is aborted
 */
export async function runWithin<T>(
  signal: AbortSignal,
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const end = () => controller.abort(signal.reason);
  const tooLate = () => controller.abort(new DOMException('The operation timed out', 'TimeoutError'));
  const timer = setTimeout(tooLate, ms);
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
}

/**
 * Waits for work that others may be waiting for as well, until `signal` ends; the work itself goes on.
 * @throws {ServiceError} 503 when the time is over.
 */
export async function waitWithin<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const tooLate = () =>
    keycloakUnavailable(new KeycloakFailure('wait for another call', { cause: signal.reason }));
  const { promise: over, reject } = Promise.withResolvers<never>();
  const end = () => reject(tooLate());
  // Work that is done already would win the race, and what follows it would begin too late.
  if (signal.aborted) {
    work.catch(() => undefined);
    throw tooLate();
  }
  signal.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([work, over]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}
