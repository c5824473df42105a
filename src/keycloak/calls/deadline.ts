import { keycloakUnavailable } from '../../errors.ts';
import { KeycloakFailure } from './failures.ts';

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
