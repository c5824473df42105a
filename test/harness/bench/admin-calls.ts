import { Agent, request } from 'undici';

/** Where Keycloak is, and a client's credential for it. */
export interface AdminAccess {
  readonly url: string;
  readonly realm: string;
  readonly clientId: string;
  readonly secret: string;
}

const connections = 64;
const renewAfterMs = 120_000;

/** Raw calls of the Admin API over kept connections, made as a client of the realm. Every call throws unless it succeeds. */
export function openAdminCalls({ url, realm, clientId, secret }: AdminAccess) {
  const agent = new Agent({ connections });
  let token: { value: Promise<string>; at: number } | undefined;

  async function requestToken(): Promise<string> {
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: secret,
    });
    const tokenUrl = `${url}/realms/${realm}/protocol/openid-connect/token`;
    const answer = await fetch(tokenUrl, { method: 'POST', body });
    return ((await answer.json()) as { access_token: string }).access_token;
  }

  return {
    // biome-ignore lint/suspicious/noExplicitAny: answers are read by those who know what they asked for
    async call(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<any> {
      if (token === undefined || Date.now() - token.at > renewAfterMs) {
        token = { value: requestToken(), at: Date.now() };
      }
      const response = await request(`${url}/admin/realms/${realm}${path}`, {
        dispatcher: agent,
        method,
        headers: {
          authorization: `Bearer ${await token.value}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.body.text();
      if (response.statusCode >= 300) throw new Error(`${method} ${path}: ${response.statusCode} ${text}`);
      return text === '' ? undefined : JSON.parse(text);
    },
    /** Makes the next call with a new token. */
    forgetToken(): void {
      token = undefined;
    },
    [Symbol.asyncDispose]: (): Promise<void> => agent.destroy(),
  };
}
