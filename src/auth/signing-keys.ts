import { createRemoteJWKSet, customFetch, type FetchImplementation, type JWTVerifyGetKey } from 'jose';
import { type KeycloakCallObserver, observed, unobserved } from '../observability/keycloak-call-observer.ts';

const refreshEveryMs = 10 * 60_000;
const cooldownMs = 30_000;

export interface SigningKeys {
  readonly keys: JWTVerifyGetKey;
  /** Ends the refreshing. */
  close(): void;
}

/**
 * The realm's public keys. A `kid` that is not known makes one fetch in 30 s, however many tokens name one. Keys are
 * refreshed every ten minutes, which is how a key that was withdrawn goes; while Keycloak can't be reached, those
 * that are known go on verifying.
 */
export function fetchSigningKeys(
  url: URL,
  timeoutMs: number,
  onError: (error: unknown) => void,
  observe: KeycloakCallObserver = unobserved,
): SigningKeys {
  const keys = createRemoteJWKSet(url, {
    timeoutDuration: timeoutMs,
    cooldownDuration: cooldownMs,
    cacheMaxAge: Number.POSITIVE_INFINITY,
    [customFetch]: notAgainTooSoon(observe),
  });
  const timer = setInterval(() => keys.reload().catch(onError), refreshEveryMs).unref();
  return { keys, close: () => clearInterval(timer) };
}

/** jose waits between fetches that succeed; once keys are known, one that failed is not repeated any sooner either. */
function notAgainTooSoon(observe: KeycloakCallObserver): FetchImplementation {
  let hasKeys = false;
  let failedAt = Number.NEGATIVE_INFINITY;
  return async (url, options) => {
    if (hasKeys && Date.now() - failedAt < cooldownMs)
      throw new Error('Keycloak failed to give its keys just now');
    try {
      const call = { operation: 'fetch signing keys', method: 'GET', retry: 0 };
      const response = await observed(observe, call, (more) => {
        const headers = new Headers([...options.headers, ...Object.entries(more)]);
        return fetch(url, { ...options, headers });
      });
      if (!response.ok) failedAt = Date.now();
      hasKeys ||= response.ok;
      return response;
    } catch (error) {
      failedAt = Date.now();
      throw error;
    }
  };
}
