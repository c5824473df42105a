import { type Dispatcher, request } from 'undici';
import { z } from 'zod';
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

const operation = 'obtain service token';

const tokenResponse = z.object({ access_token: z.string(), expires_in: z.number() });

export interface TokenProvider {
  /** A token that is good for some seconds yet. */
  token(): Promise<string>;
  /** Forgets this token, which Keycloak refused. */
  discard(token: string): void;
}

export interface ClientCredentials {
  /** Keycloak as the service reaches it. */
  readonly baseUrl: string;
  readonly realm: string;
  /** The realm as the world sees it. */
  readonly issuer: string;
  readonly clientId: string;
  readonly credential: ClientCredential;
}

/** A token is renewed when a quarter of its life is left, so that none expires on its way to Keycloak. */
const renewAtShareOfLife = 0.75;

/**
 * Obtains the service's own access tokens by the client credentials grant (RFC 6749, 4.4). However many requests need
 * one at a time, one request for it is under way.
 * @throws {ServiceError} 503 from `token()` when Keycloak can't be reached or refuses the credentials.
 */
export function createTokenProvider(
  dispatcher: Dispatcher,
  resilience: Resilience,
  credentials: ClientCredentials,
  timeoutMs: number,
  observe: KeycloakCallObserver = unobserved,
): TokenProvider {
  let current: { token: string; renewAt: number } | undefined;
  let underWay: Promise<string> | undefined;

  async function obtain(): Promise<string> {
    const realm = encodeURIComponent(credentials.realm);
    const url = `${credentials.baseUrl}/realms/${realm}/protocol/openid-connect/token`;
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
    const { access_token: token, expires_in: lifeSeconds } = parsed.data;
    current = { token, renewAt: Date.now() + lifeSeconds * 1000 * renewAtShareOfLife };
    return token;
  }

  return {
    async token() {
      if (current !== undefined && Date.now() < current.renewAt) return current.token;
      underWay ??= obtain().finally(() => {
        underWay = undefined;
      });
      return underWay;
    },
    discard(token) {
      if (current?.token === token) current = undefined;
    },
  };
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
