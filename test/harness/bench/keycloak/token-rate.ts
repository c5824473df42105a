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
  clients: OneOrMore,
  load: { readonly seconds: number; readonly concurrency: number; readonly pid: number },
): Promise<TokenRate> {
  await using caller = tokenCaller(clients, load.concurrency);
  const token: string = JSON.parse(await caller.requestToken()).access_token;
  const before = footprintOf(load.pid).cpuSeconds;
  const { count, perSecond } = await requestFor(load.seconds, load.concurrency, caller.requestToken);
  const cpuSeconds = footprintOf(load.pid).cpuSeconds - before;
  return { perSecond, cpuPerThousand: (cpuSeconds * 1000) / count, length: token.length };
}

/** Requests that many tokens over kept connections. */
export async function requestTokens(
  clients: OneOrMore,
  load: { readonly count: number; readonly concurrency: number },
): Promise<void> {
  await using caller = tokenCaller(clients, load.concurrency);
  await timeRequests(load.count, load.concurrency, caller.requestToken);
}

/** A client, or several of the same realm that ask in turn. */
type OneOrMore = TokenClient | readonly [TokenClient, ...TokenClient[]];

function tokenCaller(clients: OneOrMore, connections: number) {
  const all = 'tokenUrl' in clients ? ([clients] as const) : clients;
  const { tokenUrl } = all[0];
  const { origin, pathname } = new URL(tokenUrl);
  const pool = new Pool(origin, { connections });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  let next = 0;
  return {
    async requestToken(): Promise<string> {
      const { clientId, secret } = all[next % all.length] ?? all[0];
      next += 1;
      const body = new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: secret,
      }).toString();
      const answer = await pool.request({ method: 'POST', path: pathname, headers, body });
      const text = await answer.body.text();
      if (answer.statusCode !== 200) throw new Error(`${tokenUrl}: ${answer.statusCode} ${text}`);
      return text;
    },
    [Symbol.asyncDispose]: (): Promise<void> => pool.close(),
  };
}
