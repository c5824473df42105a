import { Pool } from 'undici';
import { footprintOf } from '../footprint.ts';
import { requestFor, timeRequests } from './load.ts';

/** A client that gets tokens by its secret, and where. */
export interface TokenClient {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly secret: string;
}

export interface TokenRate {
  readonly perSecond: number;
  /** Seconds of processor time that Keycloak takes for a thousand tokens. */
  readonly cpuPerThousand: number;
  /** Characters of a token. */
  readonly length: number;
}

/**
 * Requests tokens over kept connections for some seconds.
 * @param pid of Keycloak's Java
 */
export async function measureTokenRate(
  client: TokenClient,
  load: { readonly seconds: number; readonly concurrency: number; readonly pid: number },
): Promise<TokenRate> {
  await using caller = tokenCaller(client, load.concurrency);
  const token: string = JSON.parse(await caller.requestToken()).access_token;
  const before = footprintOf(load.pid).cpuSeconds;
  const { count, perSecond } = await requestFor(load.seconds, load.concurrency, caller.requestToken);
  const cpuSeconds = footprintOf(load.pid).cpuSeconds - before;
  return { perSecond, cpuPerThousand: (cpuSeconds * 1000) / count, length: token.length };
}

/** Requests that many tokens over kept connections. */
export async function requestTokens(
  client: TokenClient,
  load: { readonly count: number; readonly concurrency: number },
): Promise<void> {
  await using caller = tokenCaller(client, load.concurrency);
  await timeRequests(load.count, load.concurrency, caller.requestToken);
}

function tokenCaller({ tokenUrl, clientId, secret }: TokenClient, connections: number) {
  const { origin, pathname } = new URL(tokenUrl);
  const pool = new Pool(origin, { connections });
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: secret,
  }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return {
    async requestToken(): Promise<string> {
      const answer = await pool.request({ method: 'POST', path: pathname, headers, body });
      const text = await answer.body.text();
      if (answer.statusCode !== 200) throw new Error(`${tokenUrl}: ${answer.statusCode} ${text}`);
      return text;
    },
    [Symbol.asyncDispose]: (): Promise<void> => pool.close(),
  };
}
