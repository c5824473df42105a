import type { AdminAnswer, AdminApi, AdminCall } from './admin-api.ts';
import { KeycloakFailure, unavailable } from './failures.ts';

/** Calls to Keycloak within the time of one request. */
export interface BoundCalls {
  readonly signal: AbortSignal;
  readonly call: (call: AdminCall) => Promise<AdminAnswer>;
  /** For what has to be tried although the request's time may be over: giving back what it holds. */
  readonly lastCall: (call: AdminCall) => Promise<AdminAnswer>;
  /** Reads back after a change whose answer did not come; 403 and 404 are answers. */
  readonly lookAfter: (call: { operation: string; path: string }) => Promise<AdminAnswer>;
}

/** For each thing that is left to do when a request's own time is over. */
const extraMs = 1_000;

/**
 * @param longestMs after which a request sends nothing any more, whatever its signal says: a process that was
 * suspended wakes up before its timers do, and its locks may have expired meanwhile
 */
export function boundCalls(api: AdminApi, signal: AbortSignal, longestMs: number): BoundCalls {
  const startedAt = performance.now();
  const bounded = (call: AdminCall, until: AbortSignal) => {
    if (performance.now() - startedAt > longestMs) {
      throw unavailable(new KeycloakFailure(call.operation, { upstream: 'the request is too old' }));
    }
    return api(call, until);
  };
  const stillOr = (ms: number) => (signal.aborted ? AbortSignal.timeout(ms) : signal);
  return {
    signal,
    call: async (call) => bounded(call, signal),
    lastCall: async (call) => bounded(call, AbortSignal.timeout(extraMs)),
    lookAfter: async (call) => bounded({ ...call, method: 'GET', expected: [403, 404] }, stillOr(extraMs)),
  };
}
