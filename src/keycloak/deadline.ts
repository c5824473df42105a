import { KeycloakFailure, unavailable } from './failures.ts';

/**
 * Waits for work that others may be waiting for as well, until `signal` ends; the work itself goes on.
 * @throws {ServiceError} 503 when the time is over.
 */
export async function until<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  const end = () =>
    reject(unavailable(new KeycloakFailure('wait for another call', { cause: signal.reason })));
  if (signal.aborted) end();
  signal.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([work, over]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}
