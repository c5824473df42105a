import {
  BrokenCircuitError,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleAll,
  handleWhen,
  retry,
  wrap,
} from 'cockatiel';

/** Tries a call to Keycloak; `attempt` counts how often it was sent before. */
export type Resilience = <Answer>(
  send: (attempt: number) => Promise<Answer>,
  signal: AbortSignal,
) => Promise<Answer>;

const retries = 2;
const firstPauseMs = 50;
const longestPauseMs = 500;
/** More than the calls of one request, so that a single unlucky one does not stop all others. */
const failuresInARow = 8;
const openForMs = 2_000;

/**
 * One for all calls. What Keycloak can't have received, since no connection came about, is sent again up to twice
 * after a jittered pause; nothing else ever is. After a run of calls without any answer the next ones fail at once,
 * until one that is let through after two seconds is answered: requests don't queue up behind a stalled Keycloak.
 * An answer of any status counts as one.
 */
export function createResilience(): Resilience {
  const again = retry(
    handleWhen((cause) => wasNeverSent(cause) && !(cause instanceof BrokenCircuitError)),
    {
      maxAttempts: retries,
      backoff: new ExponentialBackoff({ initialDelay: firstPauseMs, maxDelay: longestPauseMs }),
    },
  );
  const circuit = circuitBreaker(handleAll, {
    halfOpenAfter: openForMs,
    breaker: new ConsecutiveBreaker(failuresInARow),
  });
  const policy = wrap(again, circuit);
  return (send, signal) => policy.execute(({ attempt }) => send(attempt), signal);
}

const notConnected = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT'];

/** Whether the call never left, so that Keycloak can't have acted on it. */
export function wasNeverSent(cause: unknown): boolean {
  if (cause instanceof BrokenCircuitError) return true;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return notConnected.includes(String(code));
}
