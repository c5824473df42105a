import type { AdminAnswer, AdminApi, AdminCall } from './admin-api.ts';
import { KeycloakFailure, unavailable } from './failures.ts';

/**
 * Until when a request may send anything (by `performance.now()`), whatever its signal says: a process that was
 * suspended wakes up before its timers do, and the lock that it holds may have expired meanwhile.
 */
export interface SendLimit {
  until: number;
}

/** Calls to Keycloak within the time of one request. */
export interface BoundCalls {
  readonly signal: AbortSignal;
  readonly limit: SendLimit;
  readonly call: (call: AdminCall) => Promise<AdminAnswer>;
  /** For what has to be tried although the request's time may be over: giving back what it holds. */
  readonly lastCall: (call: AdminCall) => Promise<AdminAnswer>;
  /** Reads back after a change whose answer did not come; 403 and 404 are answers. */
  readonly lookAfter: (call: { operation: string; path: string }) => Promise<AdminAnswer>;
}

/** For each thing that is left to do when a request's own time is over. */
const extraMs = 1_000;

/** Binds calls to a request. */
export function boundCalls(
  api: AdminApi,
  signal: AbortSignal,
  limit: SendLimit = { until: Number.POSITIVE_INFINITY },
): BoundCalls {
  const bounded = (call: AdminCall, until: AbortSignal) => {
    if (performance.now() > limit.until) {
      throw unavailable(new KeycloakFailure(call.operation, { upstream: 'the lock may have expired' }));
    }
    return api(call, until);
  };
  const stillOr = (ms: number) => (signal.aborted ? AbortSignal.timeout(ms) : signal);
  return {
    signal,
    limit,
    call: async (call) => bounded(call, signal),
    lastCall: async (call) => bounded(call, AbortSignal.timeout(extraMs)),
    lookAfter: async (call) => bounded({ ...call, method: 'GET', expected: [403, 404] }, stillOr(extraMs)),
  };
}
