import { lastCallMs } from '../../time-limits.ts';
import type { AdminAnswer, AdminApi, AdminCall } from './admin-api.ts';
import { createSendFence, type SendFence } from './send-fence.ts';

/** Calls to Keycloak within the time of one request. */
export interface BoundCalls {
  readonly signal: AbortSignal;
  readonly fence: SendFence;
  readonly call: (call: AdminCall) => Promise<AdminAnswer>;
  /** For what has to be tried although the request's time may be over: giving back what it holds. */
  readonly lastCall: (call: AdminCall) => Promise<AdminAnswer>;
  /** Reads back after a change whose answer did not come; 403 and 404 are answers. */
  readonly readBack: (call: { operation: string; path: string }) => Promise<AdminAnswer>;
}

/** Binds calls to a request, which ends with `signal`. */
export function boundCalls(
  api: AdminApi,
  signal: AbortSignal,
  fence: SendFence = createSendFence(),
): BoundCalls {
  const send = (call: AdminCall, until: AbortSignal) => api(call, until, fence);
  const signalOrLastCall = () => (signal.aborted ? AbortSignal.timeout(lastCallMs) : signal);
  return {
    signal,
    fence,
    call: async (call) => send(call, signal),
    lastCall: async (call) => send(call, AbortSignal.timeout(lastCallMs)),
    readBack: async (call) => send({ ...call, method: 'GET', expected: [403, 404] }, signalOrLastCall()),
  };
}
