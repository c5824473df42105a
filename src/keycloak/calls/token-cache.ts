import { z } from 'zod';

/** What is needed of the answer to a token request (RFC 6749, 5.1); the lifetime is in seconds. */
export const tokenResponse = z.object({ access_token: z.string(), expires_in: z.number() });

type TokenResponse = z.infer<typeof tokenResponse>;

export interface TokenProvider {
  /** An access token that lives long enough for one call. Throws what its request throws. */
  token(): Promise<string>;
  /** Forgets this token, because Keycloak refused it. */
  discard(token: string): void;
  /** How long the last token was made to live, in milliseconds; five minutes, as Keycloak has it, before the first. */
  lifeMs(): number;
}

/**
 * Keeps an access token and requests the next one early enough that none expires on its way to Keycloak: when a quarter
 * of its life is left, or the time that one call may take, if that is more. A token that lives no longer than two such
 * calls is used for half of its life. However many callers need a token at a time, one request for it is under way.
 */
export function createTokenCache(
  requestToken: () => Promise<TokenResponse>,
  callTimeoutMs: number,
): TokenProvider {
  let current: { token: string; renewAt: number } | undefined;
  let lifeMs = 300_000;
  let underWay: Promise<string> | undefined;

  async function renew(): Promise<string> {
    const { access_token: token, expires_in: lifeSeconds } = await requestToken();
    lifeMs = lifeSeconds * 1000;
    const marginMs = Math.min(Math.max(lifeMs / 4, callTimeoutMs), lifeMs / 2);
    current = { token, renewAt: Date.now() + lifeMs - marginMs };
    return token;
  }

  return {
    async token() {
      if (current !== undefined && Date.now() < current.renewAt) return current.token;
      underWay ??= renew().finally(() => {
        underWay = undefined;
      });
      return underWay;
    },
    lifeMs: () => lifeMs,
    discard(token) {
      if (current?.token === token) current = undefined;
    },
  };
}
