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

/** Nothing was changed when the service answers these, whatever was asked for. */
const refused = new Set([429, 503]);
/** Nobody knows whether the change took effect: the service's own answer, and those of proxies. */
const unknown = new Set([502, 504]);
const firstWaitSeconds = 0.5;

/**
 * Sends a request, and again where that is safe: after 429 and 503 always, after a lost answer when the request is
 * repeatable. Waits as long as Retry-After says, else half a second, doubled each time, less up to half of it by chance.
 */
export async function withRetries(
  { send, isRepeatable, signal }: Attempt,
  policy: RetryPolicy,
): Promise<Response> {
  for (let attempt = 0; ; attempt += 1) {
    const isLast = attempt >= policy.retries;
    let waitSeconds = firstWaitSeconds * 2 ** attempt * (1 - Math.random() / 2);
    try {
      const response = await send();
      const mayRepeat = refused.has(response.status) || (isRepeatable && unknown.has(response.status));
      waitSeconds = retryAfterSeconds(response) ?? waitSeconds;
      if (isLast || !mayRepeat || waitSeconds > policy.maxWaitSeconds) return response;
      await response.body?.cancel();
    } catch (error) {
      if (isLast || !isRepeatable || signal.aborted) throw error;
    }
    await wait(waitSeconds, signal);
  }
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
