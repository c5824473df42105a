import { Agent } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type AdminCall, createAdminApi } from '../../src/keycloak/calls/admin-api.ts';
import { createResilience } from '../../src/keycloak/calls/resilience.ts';
import { createTokenProvider } from '../../src/keycloak/calls/token-provider.ts';
import { type HttpStub, httpStub, json, type Received } from '../support/http-stub.ts';

type Answer = Parameters<typeof httpStub>[0];

const unavailable = { status: 503, code: 'keycloak-unavailable', headers: { 'retry-after': '5' } };
const unknown = { status: 504, code: 'outcome-unknown', headers: { 'retry-after': '5' } };
const read: AdminCall = { operation: 'read', method: 'GET', path: '/clients' };
const changes = (['POST', 'PUT', 'DELETE'] as const).map(
  (method): AdminCall => ({ operation: 'change', method, path: '/clients/x', body: { a: 1 } }),
);
/** So long that a busy machine keeps to it, for all tests that are not about time. */
const usualTimeoutMs = 5_000;
const shortTimeoutMs = 150;

interface Api {
  readonly server: HttpStub;
  readonly call: (
    call: AdminCall,
    signal?: AbortSignal,
    fence?: { readonly isClosed: () => boolean },
  ) => Promise<unknown>;
  /** The requests to the Admin API and those for a token. */
  readonly adminCalls: () => Received[];
  readonly tokenCalls: () => Received[];
}

/** The Admin API of a stub whose tokens are `token 1`, `token 2` and so on. */
async function apiOf(answer: Answer, callTimeoutMs = usualTimeoutMs): Promise<Api> {
  const isForToken = ({ path }: Received) => path.endsWith('/token');
  let issued = 0;
  const server = await httpStub((request, response) => {
    if (!isForToken(request)) return answer(request, response);
    issued += 1;
    json(response, 200, { access_token: `token ${issued}`, expires_in: 60 });
  });
  const agent = new Agent();
  onTestFinished(() => agent.destroy());
  const where = { baseUrl: server.url, realm: 'orki' };
  const resilience = createResilience();
  const tokens = createTokenProvider(
    agent,
    resilience,
    { ...where, issuer: where.baseUrl, clientId: 'own', credential: { secret: 'x' } },
    usualTimeoutMs,
  );
  const api = createAdminApi(agent, tokens, resilience, { ...where, callTimeoutMs });
  return {
    server,
    call: (call, signal = AbortSignal.timeout(5_000), fence) => api(call, signal, fence),
    adminCalls: () => server.received.filter((request) => !isForToken(request)),
    tokenCalls: () => server.received.filter(isForToken),
  };
}

const status =
  (code: number, body = ''): Answer =>
  (_request, response) =>
    void response.writeHead(code).end(body);

describe('a call to the Admin API', () => {
  it('carries the token, the query and the body, and returns the JSON', async () => {
    const api = await apiOf((_request, response) => json(response, 200, [{ id: 1 }]));
    const query = { q: 'orki.tenant:acme', first: 0, brief: false };
    expect(await api.call({ ...read, query })).toEqual({ status: 200, body: [{ id: 1 }] });
    await api.call({ ...read, method: 'POST', body: { name: 'ü' } });
    expect(api.adminCalls()).toMatchObject([
      {
        method: 'GET',
        path: '/admin/realms/orki/clients?q=orki.tenant%3Aacme&first=0&brief=false',
        headers: { authorization: 'Bearer token 1' },
      },
      { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"name":"ü"}' },
    ]);
  });

  it('returns nothing for an answer without a body, or of a status that was expected', async () => {
    const api = await apiOf(
      ({ method }, response) => void status(method === 'GET' ? 404 : 204)({} as never, response),
    );
    expect(await api.call({ ...read, expected: [404] })).toEqual({ status: 404, body: undefined });
    expect(await api.call({ ...read, method: 'DELETE' })).toEqual({ status: 204, body: undefined });
  });

  it('asks for one token, however many calls are made at a time', async () => {
    const api = await apiOf(status(204));
    await Promise.all(Array.from({ length: 30 }, () => api.call(read)));
    expect(api.tokenCalls()).toHaveLength(1);
  });
});

it('a call is not sent once the fence of its request has closed while it waited for a token', async () => {
  const api = await apiOf(status(204));
  const fence = { isClosed: () => api.tokenCalls().length > 0 };
  await expect(api.call(changes[0] as AdminCall, undefined, fence)).rejects.toMatchObject(unavailable);
  expect(api.tokenCalls()).toHaveLength(1);
  expect(api.adminCalls()).toHaveLength(0);
});

describe('a token that Keycloak refuses', () => {
  it.each([read, ...changes])('is renewed once and the call sent again: $method', async (call) => {
    const api = await apiOf((request, response) =>
      status(request.headers.authorization === 'Bearer token 1' ? 401 : 204)(request, response),
    );
    expect(await api.call(call)).toMatchObject({ status: 204 });
    expect(api.adminCalls()).toHaveLength(2);
    expect(api.adminCalls()[1]?.body).toBe(api.adminCalls()[0]?.body);
    expect(api.tokenCalls()).toHaveLength(2);
  });

  it.each([read, ...changes])(
    'is a 503, never a 401, when the next is refused too: $method',
    async (call) => {
      const api = await apiOf(status(401));
      await expect(api.call(call)).rejects.toMatchObject(unavailable);
      expect(api.adminCalls()).toHaveLength(2);
    },
  );

  it('is not followed by a second sending once the fence of the request has closed', async () => {
    let isClosed = false;
    const api = await apiOf((request, response) => {
      isClosed = true;
      status(401)(request, response);
    });
    const fence = { isClosed: () => isClosed };
    await expect(api.call(changes[0] as AdminCall, undefined, fence)).rejects.toMatchObject(unavailable);
    expect(api.adminCalls()).toHaveLength(1);
  });

  it('is renewed once for all calls that were under way with it', async () => {
    const api = await apiOf((request, response) =>
      status(request.headers.authorization === 'Bearer token 1' ? 401 : 204)(request, response),
    );
    await Promise.all(Array.from({ length: 10 }, () => api.call(read)));
    expect(api.tokenCalls()).toHaveLength(2);
  });
});

describe('a Keycloak that fails', () => {
  it.each([400, 403, 404, 409, 429, 302])('with %i, which nobody expected, is a 503', async (code) => {
    const api = await apiOf(status(code));
    for (const call of [read, ...changes]) await expect(api.call(call)).rejects.toMatchObject(unavailable);
  });

  it.each([500, 502, 503])(
    'with %i is a 503 for a read and a 504 for a change, and is not repeated',
    async (code) => {
      const api = await apiOf(status(code));
      await expect(api.call(read)).rejects.toMatchObject(unavailable);
      for (const call of changes) await expect(api.call(call)).rejects.toMatchObject(unknown);
      expect(api.adminCalls()).toHaveLength(1 + changes.length);
    },
  );

  it('with a page where JSON should be is a 503 for a read and a 504 for a change', async () => {
    const api = await apiOf(status(200, '<html>canary</html>'));
    await expect(api.call(read)).rejects.toMatchObject(unavailable);
    for (const call of changes) await expect(api.call(call)).rejects.toMatchObject(unknown);
  });

  it('by breaking the connection is a 503 for a read and a 504 for a change', async () => {
    const api = await apiOf((_request, response) => void response.destroy());
    await expect(api.call(read)).rejects.toMatchObject(unavailable);
    for (const call of changes) await expect(api.call(call)).rejects.toMatchObject(unknown);
  });

  it('by breaking off in the middle of its answer does so as well', async () => {
    const api = await apiOf((_request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{"secret":"canary"', () => response.destroy());
    });
    await expect(api.call(read)).rejects.toMatchObject(unavailable);
    for (const call of changes) await expect(api.call(call)).rejects.toMatchObject(unknown);
  });

  it('by refusing connections is a 503 for a change too, since it never got there', async () => {
    const api = await apiOf(status(204));
    await api.call(read);
    await api.server.close();
    for (const call of [read, ...changes]) await expect(api.call(call)).rejects.toMatchObject(unavailable);
  });

  it('is told about in the log by operation, status and its own words, none of which the caller sees', async () => {
    const api = await apiOf(status(500, `canary ${'x'.repeat(2_000)}`));
    const error = (await api.call(read).catch((reason: unknown) => reason)) as Error;
    expect(error.cause).toMatchObject({
      operation: 'read',
      status: 500,
      upstream: expect.stringMatching(/^canary x{493}$/),
    });
    const { cause: _, stack: __, ...shown } = { ...error };
    expect(JSON.stringify([shown, error.message])).not.toContain('canary');
  });

  it('never has an answer that it can not make out put into the log, which could hold a secret', async () => {
    const api = await apiOf(status(200, '{"secret":"canary"'));
    const error = (await api.call(read).catch((reason: unknown) => reason)) as Error;
    expect(String((error.cause as Error).message)).not.toContain('canary');
    expect(JSON.stringify(error.cause)).not.toContain('canary');
  });
});

describe('a Keycloak that is slow', () => {
  it('is cut off after the time of a call: 503 for a read, 504 for a change', async () => {
    const api = await apiOf(() => undefined, shortTimeoutMs);
    const start = performance.now();
    const calls = [read, ...changes].map((call) => api.call(call));
    const [ofRead, ...ofChanges] = await Promise.allSettled(calls);
    expect(ofRead).toMatchObject({ reason: unavailable });
    for (const outcome of ofChanges) expect(outcome).toMatchObject({ reason: unknown });
    expect(performance.now() - start).toBeLessThan(usualTimeoutMs);
  });

  it('is cut off in the middle of its answer too', async () => {
    const api = await apiOf((_request, response) => void response.writeHead(200).write('['), shortTimeoutMs);
    await expect(api.call(read)).rejects.toMatchObject(unavailable);
  });

  it('is cut off when the time of the whole request is over', async () => {
    const api = await apiOf(() => undefined);
    const start = performance.now();
    await expect(api.call(read, AbortSignal.timeout(20))).rejects.toMatchObject(unavailable);
    expect(performance.now() - start).toBeLessThan(usualTimeoutMs);
  });

  it('is not asked at all when that time is over before: a 503, for a change too', async () => {
    const api = await apiOf(status(204));
    await api.call(read);
    for (const call of [read, ...changes]) {
      await expect(api.call(call, AbortSignal.abort())).rejects.toMatchObject(unavailable);
    }
    expect(api.adminCalls()).toHaveLength(1);
  });

  it('does not hold up other calls', async () => {
    const api = await apiOf(({ path }, response) => {
      if (path.endsWith('/clients')) json(response, 200, []);
    }, shortTimeoutMs * 5);
    const slow = api.call({ ...read, path: '/slow' }).catch(() => 'slow');
    expect(await Promise.race([slow, api.call(read)])).toMatchObject({ status: 200 });
    await slow;
  });
});
