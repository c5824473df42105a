import { type Dispatcher, request } from 'undici';
import { keycloakUnavailable } from '../../errors.ts';
import { parseJson } from '../../json.ts';
import {
  type KeycloakCallObserver,
  observed,
  unobserved,
} from '../../observability/keycloak-call-observer.ts';
import { authenticationParameters, type ClientCredential } from './client-authentication.ts';
import { KeycloakFailure } from './failures.ts';
import type { Resilience } from './resilience.ts';
import { createTokenCache, type TokenProvider, tokenResponse } from './token-cache.ts';

const operation = 'obtain service token';

export interface ClientCredentials {
  /** Keycloak as the service reaches it. */
  readonly baseUrl: string;
  readonly realm: string;
  /** The realm as the world sees it. */
  readonly issuer: string;
  readonly clientId: string;
  readonly credential: ClientCredential;
}

/**
 * Obtains the service's own access tokens by the client credentials grant (RFC 6749, 4.4); `timeoutMs` is what a call may
 * take, the token request as well.
 * @throws {ServiceError} 503 from `token()` when Keycloak can't be reached or refuses the credentials.
 */
export function createTokenProvider(
  dispatcher: Dispatcher,
  resilience: Resilience,
  credentials: ClientCredentials,
  timeoutMs: number,
  observe: KeycloakCallObserver = unobserved,
): TokenProvider {
  const realm = encodeURIComponent(credentials.realm);
  const url = `${credentials.baseUrl}/realms/${realm}/protocol/openid-connect/token`;

  return createTokenCache(async () => {
    const signal = AbortSignal.timeout(timeoutMs);
    const body = await grant(credentials);
    const send = (retry: number) => post(dispatcher, url, body, signal, retry, observe);
    const { status, text } = await resilience(send, signal).catch((cause) => {
      throw keycloakUnavailable(new KeycloakFailure(operation, { cause }));
    });
    const parsed = status === 200 ? tokenResponse.safeParse(parseJson(text)) : undefined;
    if (!parsed?.success) {
      throw keycloakUnavailable(new KeycloakFailure(operation, { status, upstream: errorCode(text) }));
    }
    return parsed.data;
  }, timeoutMs);
}

async function grant(credentials: ClientCredentials): Promise<string> {
  return new URLSearchParams({
    grant_type: 'client_credentials',
    ...(await authenticationParameters(credentials)),
  }).toString();
}

function post(
  dispatcher: Dispatcher,
  url: string,
  body: string,
  signal: AbortSignal,
  retry: number,
  observe: KeycloakCallObserver,
) {
  return observed(observe, { operation, method: 'POST', retry }, async (more) => {
    const response = await request(url, {
      dispatcher,
      method: 'POST',
      headers: {
        ...more,
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
      },
      body,
      signal,
    });
    return { status: response.statusCode, text: await response.body.text() };
  });
}

/** The `error` of a failed token request (RFC 6749, 5.2): enough for the log, and never a token. */
function errorCode(text: string): string {
  return /"error"\s*:\s*"([^"]{1,60})"/.exec(text)?.[1] ?? 'unreadable answer';
}
