import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as oauth from 'openid-client';
import { exitCodes, Failure } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { Session } from './session.ts';

const patienceMs = 5 * 60_000;
const loopback = '127.0.0.1';
const thisMachine = [loopback, 'localhost', '[::1]'];

interface SignInOptions {
  readonly url: string;
  readonly issuer: string;
  readonly clientId: string;
  /** The token's own tenant unless given. */
  readonly tenant: string | undefined;
}

/**
 * Signs a person in by their browser: authorization code with PKCE (RFC 7636), which comes back to a port on this machine
 * (RFC 8252, section 7.3).
 * @throws {Failure} `notSignedIn` when they do not, or nobody comes within five minutes
 */
export async function signIn({ url, issuer, clientId, tenant }: SignInOptions, io: Io): Promise<Session> {
  const config = await oauth.discovery(new URL(issuer), clientId, undefined, oauth.None(), allowing(issuer));
  const verifier = oauth.randomPKCECodeVerifier();
  const state = oauth.randomState();
  await using receiver = await startReceiver(state);
  const page = oauth.buildAuthorizationUrl(config, {
    redirect_uri: receiver.redirectUri,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  io.stderr.write(`Sign in here: ${page}\n`);
  io.openBrowser(page);
  const checks = { pkceCodeVerifier: verifier, expectedState: state };
  const tokens = await oauth.authorizationCodeGrant(config, await receiver.answer, checks).catch((cause) => {
    throw new Failure(exitCodes.notSignedIn, `Nobody was signed in: ${cause.message}`, { cause });
  });
  const { token_endpoint, revocation_endpoint } = config.serverMetadata();
  return {
    url,
    tenant: tenant ?? tenantOf(tokens.access_token),
    issuer,
    tokenUrl: String(token_endpoint),
    revocationUrl: revocation_endpoint ?? null,
    clientId,
    ...held(tokens),
  };
}

/**
 * The session with an access token that is good now; the same one while it is.
 * @throws {Failure} `notSignedIn` when the sign-in is over
 */
export async function renewed(session: Session): Promise<Session> {
  if (Date.now() < session.expiresAt) return session;
  try {
    const tokens = await oauth.refreshTokenGrant(configurationOf(session), session.refreshToken);
    return {
      ...session,
      ...held({ ...tokens, refresh_token: tokens.refresh_token ?? session.refreshToken }),
    };
  } catch (cause) {
    if (!(cause instanceof oauth.ResponseBodyError)) throw cause;
    throw new Failure(exitCodes.notSignedIn, 'You are not signed in any more: run orki-sa login.', { cause });
  }
}

/** Ends the sign-in at Keycloak, so that the refresh token is worth nothing (RFC 7009). */
export async function signOut(session: Session): Promise<void> {
  if (session.revocationUrl === null) return;
  await oauth.tokenRevocation(configurationOf(session), session.refreshToken);
}

interface OwnCredential {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/**
 * An access token of a service account (client credentials grant).
 * @throws {Failure} `notSignedIn` when Keycloak refuses the credential
 */
export async function ownToken({ tokenUrl, clientId, clientSecret }: OwnCredential): Promise<string> {
  const server = { issuer: new URL(tokenUrl).origin, token_endpoint: tokenUrl };
  const config = new oauth.Configuration(server, clientId, undefined, oauth.ClientSecretPost(clientSecret));
  for (const extend of allowing(tokenUrl).execute) extend(config);
  try {
    return (await oauth.clientCredentialsGrant(config)).access_token;
  } catch (cause) {
    if (!(cause instanceof oauth.ResponseBodyError)) throw cause;
    const why =
      cause.error === 'invalid_client'
        ? 'the account is deactivated or deleted'
        : 'its secret is wrong, has expired or was regenerated';
    throw new Failure(exitCodes.notSignedIn, `Keycloak refuses ${clientId}: ${why}.`, { cause });
  }
}

/** The tenant that an access token of this realm names, which saves naming it again. */
export function tenantOf(accessToken: string): string {
  const [, payload = ''] = accessToken.split('.');
  const { tenant_id } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { tenant_id?: unknown };
  if (typeof tenant_id === 'string') return tenant_id;
  throw new Failure(exitCodes.usage, 'The token names no tenant: say which with --tenant.');
}

function configurationOf({ issuer, tokenUrl, revocationUrl, clientId }: Session): oauth.Configuration {
  const server = {
    issuer,
    token_endpoint: tokenUrl,
    ...(revocationUrl === null ? {} : { revocation_endpoint: revocationUrl }),
  };
  const config = new oauth.Configuration(server, clientId, undefined, oauth.None());
  for (const extend of allowing(tokenUrl).execute) extend(config);
  return config;
}

/** Everywhere but on this machine, tokens and secrets go by TLS alone. */
const allowing = (url: string) => ({
  execute: thisMachine.includes(new URL(url).hostname) ? [oauth.allowInsecureRequests] : [],
});

const marginMs = 30_000;

type Tokens = Pick<oauth.TokenEndpointResponse, 'access_token' | 'refresh_token' | 'expires_in'>;

const held = (tokens: Tokens) => ({
  accessToken: tokens.access_token,
  refreshToken: tokens.refresh_token ?? '',
  expiresAt: Date.now() + (tokens.expires_in ?? 0) * 1000 - marginMs,
});

/** Waits on a port of this machine for the browser to come back. */
async function startReceiver(state: string) {
  const { promise: answer, resolve, reject } = Promise.withResolvers<URL>();
  // Whoever waits for it comes later.
  answer.catch(() => undefined);
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', redirectUri());
    // Another page on this machine may call as well; only Keycloak knows the state.
    const isAnswer = url.pathname === '/callback' && url.searchParams.get('state') === state;
    response.writeHead(isAnswer ? 200 : 404, {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      connection: 'close',
    });
    response.end(isAnswer ? 'You can close this window and go back to the terminal.\n' : 'Not found.\n');
    if (isAnswer) resolve(url);
  });
  const redirectUri = () => `http://${loopback}:${(server.address() as AddressInfo).port}/callback`;
  await new Promise<void>((listening) => server.listen(0, loopback, listening));
  const timer = setTimeout(
    () => reject(new Failure(exitCodes.notSignedIn, 'Nobody signed in within five minutes.')),
    patienceMs,
  );
  return {
    redirectUri: redirectUri(),
    answer,
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
