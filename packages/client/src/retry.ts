import { type ErrorCode, isProblemBody } from './problem.ts';

/** How often, and how long at most, a call is tried again. */
export interface RetryPolicy {
  /** Attempts after the first one. */
  readonly retries: number;
  /** What Retry-After asks for beyond this is left to the caller, in seconds. */
  readonly maxWaitSeconds: number;
}

interface Attempt {
  readonly send: () => Promise<Response>;
  /** Whether sending it twice does what sending it once does. */
  readonly isRepeatable: boolean;
  readonly signal: AbortSignal;
}

/** What an answer says of the request: that it was answered, that it did nothing, or that nobody knows. */
type Verdict = 'answered' | 'refused' | 'unknown';

interface Outcome {
  readonly verdict: Verdict;
  readonly retryAfterSeconds: number | undefined;
  readonly give: () => Response;
}

/** After `half-done` the same request finishes the change, and another one would not. */
const verdictsOfCodes: Partial<Record<ErrorCode, Verdict>> = {
  'rate-limited': 'refused',
  'keycloak-unavailable': 'refused',
  'change-in-progress': 'refused',
  'half-done': 'unknown',
  'outcome-unknown': 'unknown',
};
const verdictOfCode = new Map<string, Verdict>(Object.entries(verdictsOfCodes));
/** For what stands between the caller and the service. */
const verdictOfStatus: Partial<Record<number, Verdict>> = {
  429: 'refused',
  503: 'refused',
  502: 'unknown',
  504: 'unknown',
};
const firstWaitSeconds = 0.5;

/**
 * Sends a request, and again where that is safe: after a refusal that changed nothing always, when nobody knows what
 * came of it if it is repeatable. Waits as long as Retry-After says, else half a second, doubled each time, less up to
 * half of it by chance. When the last attempt was refused but an earlier one may have taken effect, gives that one's.
 */
export async function withRetries(
  { send, isRepeatable, signal }: Attempt,
  policy: RetryPolicy,
): Promise<Response> {
  let unknown: Outcome | undefined;
  for (let attempt = 0; ; attempt += 1) {
    const outcome = await outcomeOf(send);
    const { verdict } = outcome;
    if (verdict === 'answered' || signal.aborted) return outcome.give();
    if (verdict === 'unknown') unknown = outcome;
    const backoffSeconds = firstWaitSeconds * 2 ** attempt * (1 - Math.random() / 2);
    const waitSeconds = outcome.retryAfterSeconds ?? backoffSeconds;
    const mayRepeat = attempt < policy.retries && (verdict === 'refused' || isRepeatable);
    if (!mayRepeat || waitSeconds > policy.maxWaitSeconds) return (unknown ?? outcome).give();
    await wait(waitSeconds, signal);
  }
}

async function outcomeOf(send: Attempt['send']): Promise<Outcome> {
  try {
    const response = await send();
    return {
      verdict: response.ok ? 'answered' : await verdictOf(response),
      retryAfterSeconds: retryAfterSeconds(response),
      give: () => response,
    };
  } catch (error) {
    const give = () => {
      throw error;
    };
    return { verdict: 'unknown', retryAfterSeconds: undefined, give };
  }
}

async function verdictOf(response: Response): Promise<Verdict> {
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined);
  const verdict = isProblemBody(body) ? verdictOfCode.get(body.code) : verdictOfStatus[response.status];
  return verdict ?? 'answered';
}

/** Retry-After in seconds; undefined when there is none, or it is a date, which the service never sends. */
export function retryAfterSeconds(response: Response): number | undefined {
  const text = response.headers.get('retry-after');
  return text !== null && /^\d+$/.test(text) ? Number(text) : undefined;
}

function wait(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, seconds * 1000);
    signal.addEventListener('abort', stop, { once: true });
  });
}
