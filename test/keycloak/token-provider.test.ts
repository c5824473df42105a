import { Agent } from 'undici';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createResilience } from '../../src/keycloak/calls/resilience.ts';
import { createTokenProvider } from '../../src/keycloak/calls/token-provider.ts';
import { httpStub, json } from '../support/http-stub.ts';

const unavailable = { status: 503, code: 'keycloak-unavailable', headers: { 'retry-after': '5' } };

/** A token endpoint that counts up, and a provider that asks it. */
async function provider(answer?: Parameters<typeof httpStub>[0], timeoutMs = 5_000) {
  let count = 0;
  const server = await httpStub(
    answer ??
      ((_request, response) => {
        count += 1;
        json(response, 200, { access_token: `token ${count}`, expires_in: 60 });
      }),
  );
  const agent = new Agent();
  onTestFinished(() => agent.destroy());
  const credentials = {
    baseUrl: server.url,
    realm: 'o r/k',
    issuer: 'https://auth.orki.test/realms/o%20r%2Fk',
    clientId: 'own client',
    credential: { secret: 'canary&=+' },
  };
  return { server, tokens: createTokenProvider(agent, createResilience(), credentials, timeoutMs) };
}

// Only the clock is set by hand; sockets keep their own time.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

describe("the service's own token", () => {
  it('is asked for by the client credentials grant, with all that needs escaping escaped', async () => {
    const { server, tokens } = await provider();
    await tokens.token();
    const [request] = server.received;
    expect(request).toMatchObject({
      method: 'POST',
      path: '/realms/o%20r%2Fk/protocol/openid-connect/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'own client',
      client_secret: 'canary&=+',
    });
  });

  it('is asked for once, however many need it at a time and after', async () => {
    const { server, tokens } = await provider();
    const got = await Promise.all(Array.from({ length: 50 }, () => tokens.token()));
    expect(new Set([...got, await tokens.token()])).toEqual(new Set(['token 1']));
    expect(server.received).toHaveLength(1);
  });

  it('is renewed when a quarter of its life is left, and not before', async () => {
    const { tokens } = await provider();
    await tokens.token();
    vi.setSystemTime(Date.now() + 44_000);
    expect(await tokens.token()).toBe('token 1');
    vi.setSystemTime(Date.now() + 2_000);
    expect(await tokens.token()).toBe('token 2');
  });

  it('is renewed once when it was refused, also when several found that out', async () => {
    const { server, tokens } = await provider();
    const refused = await tokens.token();
    tokens.discard(refused);
    const fresh = await tokens.token();
    tokens.discard(refused);
    expect([fresh, await tokens.token()]).toEqual(['token 2', 'token 2']);
    expect(server.received).toHaveLength(2);
  });

  it('is asked for again after a failure', async () => {
    let status = 500;
    const { tokens } = await provider((_request, response) =>
      json(response, status, { access_token: 'late', expires_in: 60 }),
    );
    await expect(tokens.token()).rejects.toMatchObject(unavailable);
    status = 200;
    expect(await tokens.token()).toBe('late');
  });
});

describe('a token that cannot be had', () => {
  it.each<[string, number, string]>([
    ['wrong credentials', 401, '{"error":"unauthorized_client","error_description":"canary"}'],
    ['a failure of Keycloak', 500, 'canary'],
    ['a page of a proxy', 200, '<html>canary</html>'],
    ['JSON that is no token', 200, '{"canary":1}'],
    ['null', 200, 'null'],
    ['a redirect', 302, ''],
  ])('is a 503 with Retry-After and without a word of it: %s', async (_name, status, body) => {
    const { tokens } = await provider((_request, response) => void response.writeHead(status).end(body));
    const error = await tokens.token().catch((reason: unknown) => reason);
    expect(error).toMatchObject(unavailable);
    expect(error).toMatchObject({ detail: expect.not.stringContaining('canary') });
  });

  it('is a 503 when nobody listens, or the connection breaks', async () => {
    const { server, tokens } = await provider((_request, response) => void response.destroy());
    await expect(tokens.token()).rejects.toMatchObject(unavailable);
    await server.close();
    await expect(tokens.token()).rejects.toMatchObject(unavailable);
  });

  it('is a 503 when no answer comes in time', async () => {
    const { tokens } = await provider(() => undefined, 100);
    await expect(tokens.token()).rejects.toMatchObject(unavailable);
  });

  it("names Keycloak's error for the log, never a token or the secret", async () => {
    const answer = '{"error":"unauthorized_client","access_token":"canary"}';
    const { tokens } = await provider((_request, response) => void response.writeHead(401).end(answer));
    const error = (await tokens.token().catch((reason: unknown) => reason)) as Error;
    expect(error.cause).toMatchObject({ status: 401, upstream: 'unauthorized_client' });
    expect(JSON.stringify([error, error.cause, error.stack])).not.toContain('canary');
  });
});
