import type { JWTPayload } from 'jose';
import { z } from 'zod';

const List = z.object({
  revocations: z.array(z.object({ clientId: z.string(), issuedBefore: z.iso.datetime() })),
});
const Token = z.object({ access_token: z.string(), expires_in: z.number() });

/** With a poll that takes as long as it may, a revoked token is refused within 5 s of the answer to the revocation. */
const pollMs = 3_000;
const timeoutMs = 2_000;

interface FeedSettings {
  /** …/api/v1/tenants/{tenantId}/revocations */
  readonly url: string;
  /** An access token of an account of the tenant that has `service-accounts:read`. */
  readonly token: () => Promise<string>;
  /** Told of each time that the list was not read; what was read before goes on to count. */
  readonly onFailure: (error: unknown) => void;
}

/** Follows the list of revoked tokens of one tenant, from now on until it is closed. */
export function followRevocations({ url, token, onFailure }: FeedSettings) {
  let revokedBefore = new Map<string, number>();
  let etag: string | undefined;
  const closing = new AbortController();

  async function read(): Promise<void> {
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(timeoutMs)]);
    const headers = { authorization: `Bearer ${await token()}`, ...(etag && { 'if-none-match': etag }) };
    const response = await fetch(url, { headers, signal });
    if (response.status === 304) return;
    if (!response.ok) throw new Error(`The list of revocations was answered with ${response.status}.`);
    const { revocations } = List.parse(await response.json());
    revokedBefore = new Map(
      revocations.map((entry) => [entry.clientId, Date.parse(entry.issuedBefore) / 1000]),
    );
    etag = response.headers.get('etag') ?? undefined;
  }

  let underWay = false;
  async function poll(): Promise<void> {
    if (underWay) return;
    underWay = true;
    await read().catch((error) => {
      if (!closing.signal.aborted) onFailure(error);
    });
    underWay = false;
  }

  const timer = setInterval(poll, pollMs);
  void poll();
  return {
    /** Whether a token with these claims, whose signature is valid, was revoked. */
    isRevoked: ({ azp, iat = 0 }: JWTPayload): boolean => iat < (revokedBefore.get(String(azp)) ?? 0),
    close: () => {
      clearInterval(timer);
      closing.abort();
    },
  };
}

/** Obtains access tokens by the client credentials grant (RFC 6749, 4.4) and keeps each for half of its life. */
export function clientCredentials(tokenUrl: URL, clientId: string, clientSecret: string) {
  let current = { token: '', renewAt: 0 };
  return async (): Promise<string> => {
    if (Date.now() < current.renewAt) return current.token;
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
    const body = new URLSearchParams(form);
    const response = await fetch(tokenUrl, { method: 'POST', body, signal: AbortSignal.timeout(timeoutMs) });
    if (!response.ok) throw new Error(`The token URL answered with ${response.status}.`);
    const { access_token: token, expires_in: seconds } = Token.parse(await response.json());
    current = { token, renewAt: Date.now() + seconds * 500 };
    return token;
  };
}
