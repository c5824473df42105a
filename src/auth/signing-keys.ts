import { createRemoteJWKSet, type JWTVerifyGetKey } from 'jose';

const refreshEveryMs = 10 * 60_000;

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
): SigningKeys {
  const keys = createRemoteJWKSet(url, {
    timeoutDuration: timeoutMs,
    cooldownDuration: 30_000,
    cacheMaxAge: Number.POSITIVE_INFINITY,
  });
  const timer = setInterval(() => keys.reload().catch(onError), refreshEveryMs).unref();
  return { keys, close: () => clearInterval(timer) };
}
