import type { KeycloakCallObserver } from './keycloak-call-observer.ts';
import { outcomeOf } from './keycloak-outcome.ts';
import type { Metrics } from './metrics.ts';
import { requestContext } from './request-context.ts';
import type { Tracing } from './tracing.ts';

/** Counts each call to Keycloak for its request, the metrics and the trace, and sends the request's id along. */
export function observeKeycloakCalls(
  metrics: Metrics | undefined,
  tracing: Tracing | undefined,
): KeycloakCallObserver {
  return (call) => {
    const context = requestContext.getStore();
    const span = tracing?.startCall(call, context?.trace);
    const startedAt = performance.now();
    return {
      headers: {
        ...(context && { 'x-request-id': context.requestId }),
        ...span?.headers,
      },
      end(result) {
        const ms = performance.now() - startedAt;
        const status = 'status' in result ? result.status : undefined;
        const outcome = outcomeOf(result);
        if (context) {
          context.keycloakCalls += 1;
          context.keycloakMs += ms;
        }
        metrics?.keycloakCallFinished({ ...call, outcome, status, seconds: ms / 1000 });
        span?.end(status, outcome);
      },
    };
  };
}
