import { Pool } from 'undici';
import { footprintOf } from '../footprint.ts';
import { requestFor } from './load.ts';

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
  { tokenUrl, clientId, secret }: TokenClient,
  load: { readonly seconds: number; readonly concurrency: number; readonly pid: number },
): Promise<TokenRate> {
  const { origin, pathname } = new URL(tokenUrl);
  const pool = new Pool(origin, { connections: load.concurrency });
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: secret,
  }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const requestToken = async () => {
    const answer = await pool.request({ method: 'POST', path: pathname, headers, body });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`${tokenUrl}: ${answer.statusCode} ${text}`);
    return text;
  };
  try {
    const token: string = JSON.parse(await requestToken()).access_token;
    const before = footprintOf(load.pid).cpuSeconds;
    const { count, perSecond } = await requestFor(load.seconds, load.concurrency, requestToken);
    const cpuSeconds = footprintOf(load.pid).cpuSeconds - before;
    return { perSecond, cpuPerThousand: (cpuSeconds * 1000) / count, length: token.length };
  } finally {
    await pool.close();
  }
}
