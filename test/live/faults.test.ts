import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { clientAttributes, names } from '../../src/names.ts';
import {
  type Fault,
  type KeycloakProxy,
  type ProxiedCall,
  startProxy,
  upstreamText,
} from '../support/live-proxy.ts';
import { type LiveRealm, liveRealm } from '../support/live-realm.ts';
import { type Answer, startService } from '../support/live-service.ts';

let realm: LiveRealm;
let proxy: KeycloakProxy;
beforeAll(async () => {
  realm = await liveRealm('faults');
});
beforeEach(async () => {
  proxy = await startProxy(realm.url);
});
afterEach(() => proxy.close());

const start = (callTimeoutMs = 3_000) => startService(realm, { internalUrl: proxy.url, callTimeoutMs });
const creation = (username: string) => ({ method: 'POST', body: { username, mode: 'agent' } }) as const;

async function timed<T>(work: Promise<T>): Promise<{ result: T; ms: number }> {
  const startedAt = performance.now();
  return { result: await work, ms: performance.now() - startedAt };
}

function expectUnavailable(answer: Answer): void {
  expect(answer).toMatchObject({ status: 503, body: { code: 'keycloak-unavailable' } });
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expectNothingFromUpstream(answer);
}

/** No words of Keycloak's or of the network's. */
function expectNothingFromUpstream({ text }: Answer): void {
  expect(text).not.toMatch(/ECONN|127\.0\.0\.1|statement|select|insert|undici|Error/i);
}

async function clientsOf(username: string): Promise<{ enabled: boolean }[]> {
  const { body } = await realm.admin('GET', `/clients?q=${clientAttributes.tenant}:acme`);
  return body.filter(
    (client: { attributes: Record<string, string> }) =>
      client.attributes[clientAttributes.username] === username,
  );
}

const isCreation = ({ method, path }: ProxiedCall) => method === 'POST' && path.endsWith('/clients');

/** A fault for the calls that `matches` names, and none for the others. */
const only =
  (matches: (call: ProxiedCall) => boolean, fault: Fault) =>
  (call: ProxiedCall): Fault =>
    matches(call) ? fault : 'none';

describe('while Keycloak is down', () => {
  it('requests get 503 with Retry-After, tokens still verify, and the probes say how it is', async () => {
    await using service = await start();
    expect((await service.request()).status).toBe(200);
    expect((await service.get('/readyz')).body).toMatchObject({ status: 'ready', keycloak: 'up' });
    await proxy.close();

    for (const answer of [
      await service.request(),
      await service.request(creation('Never')),
      await service.request({ path: '/acme/service-accounts/00000000-0000-4000-8000-000000000000' }),
    ]) {
      expectUnavailable(answer);
    }
    // Whoever may not is told so, with the keys that are known.
    expect((await service.request({ path: '/globex/service-accounts' })).status).toBe(403);
    const forged = `${(await realm.tokenOf('admin')).slice(0, -8)}AAAAAAAA`;
    expect((await service.request({ as: { token: forged } })).status).toBe(401);

    expect(await service.get('/livez')).toMatchObject({ status: 200, body: { status: 'live' } });
    await vi.waitFor(
      async () => {
        const ready = await service.get('/readyz');
        expect(ready).toMatchObject({ status: 200, body: { status: 'ready', keycloak: 'down' } });
      },
      { timeout: 10_000, interval: 250 },
    );
    expect(await clientsOf('Never')).toEqual([]);
  });

  it('from the start, the service is live, not ready, and answers 503', async () => {
    await proxy.close();
    await using service = await start();
    expectUnavailable(await service.request());
    expect((await service.get('/livez')).status).toBe(200);
    const ready = await service.get('/readyz');
    expect(ready).toMatchObject({ status: 503, body: { status: 'not-ready', keycloak: 'down' } });
    expectNothingFromUpstream(ready);
  });
});

describe('when Keycloak is slow', () => {
  it('a call is cut off, and nothing that does not need it is held up', async () => {
    await using service = await start(1_000);
    await vi.waitFor(async () => expect((await service.request()).status).toBe(200), { timeout: 10_000 });
    proxy.faults = () => 'stall';
    const stalled = Promise.all([timed(service.request()), timed(service.request(creation('Stalled')))]);
    const alive = await timed(service.get('/livez'));
    const foreign = await timed(service.request({ path: '/globex/service-accounts' }));
    expect([alive.result.status, foreign.result.status]).toEqual([200, 403]);

    const [read, write] = await stalled;
    expectUnavailable(read.result);
    // 503 when it is certain that no account was made, 504 when it is not.
    expect([503, 504]).toContain(write.result.status);
    expectNothingFromUpstream(write.result);
    for (const { ms } of [read, write]) {
      expect(ms).toBeGreaterThan(900);
      expect(ms).toBeLessThan(5_000);
    }
    expect(alive.ms).toBeLessThan(900);
  });

  it('a request is over after ten seconds, all its calls together, the first of a service too', async () => {
    await using service = await start();
    await realm.tokenOf('admin');
    // Each call stays below its own limit.
    proxy.faults = () => ({ delayMs: 1_400 });
    const { result, ms } = await timed(service.request(creation('Tardy')));
    expect([503, 504]).toContain(result.status);
    expect(ms).toBeLessThan(10_500);
  });
});

describe('when creating an account goes wrong on the way', () => {
  it.each<{ name: string; fault: Fault; status: number; matches: (call: ProxiedCall) => boolean }>([
    {
      name: 'the client is made and what makes it whole fails',
      fault: 'fail',
      status: 503,
      matches: ({ method, path }) => method === 'PUT' && /\/clients\/[^/]+$/.test(path),
    },
    { name: 'making the client fails', fault: 'fail', status: 503, matches: isCreation },
    {
      name: 'granting the roles fails',
      fault: 'fail',
      status: 503,
      matches: ({ method, path }) => method === 'POST' && path.endsWith(realm.apiClientUuid),
    },
    {
      name: 'letting the tenant into the token fails',
      fault: 'fail',
      status: 503,
      matches: ({ method, path }) => method === 'POST' && path.includes('/scope-mappings/'),
    },
  ])('no account and no reserved name is left behind: $name', async ({ name, fault, status, matches }) => {
    await using service = await start();
    proxy.faults = only(matches, fault);
    const failed = await service.request(creation(name));
    expect(failed.status).toBe(status);
    expectNothingFromUpstream(failed);
    expect(proxy.calls.filter(matches)).toHaveLength(1);
    expect(await clientsOf(name)).toEqual([]);

    proxy.faults = () => 'none';
    expect((await service.request(creation(name))).status).toBe(201);
  });
});

describe('when Keycloak fails', () => {
  it('its words go to the log and nowhere else', async () => {
    await using service = await start();
    await service.request();
    proxy.faults = () => 'fail';
    for (const answer of [await service.request(), await service.request(creation('Failing'))]) {
      expect(answer.status).toBe(503);
      expectNothingFromUpstream(answer);
    }
    expect(service.log.join()).toContain(upstreamText);
  });

  it('with 500 for a username because its database has it already, the name is still said to be taken', async () => {
    await using service = await start();
    expect((await service.request(creation('Met in the database'))).status).toBe(201);
    const isReservation = ({ method, path }: ProxiedCall) => method === 'POST' && path.endsWith('/roles');
    proxy.faults = only(isReservation, 'fail');
    const answer = await service.request(creation('met in the DATABASE'));
    expect(answer).toMatchObject({ status: 409, body: { code: 'username-taken' } });
    const other = await service.request(creation('Nobody has it'));
    expect(other.status).toBe(503);
    expectNothingFromUpstream(other);
  });

  it("a token of the service's that it has withdrawn is renewed once, unnoticed by the caller", async () => {
    await using service = await start();
    await service.request();
    const tokens = () => proxy.calls.filter(({ path }) => path.endsWith('/token')).length;
    expect(tokens()).toBe(1);
    const id = await realm.uuidOf(names.serviceClient);
    // Keycloak counts in seconds: from the next one on, what was issued before is refused.
    await realm.admin('PUT', `/clients/${id}`, { notBefore: Math.floor(Date.now() / 1000) + 1 });
    await vi.waitFor(
      async () => expect((await realm.asService()) && (await service.request()).status).toBe(200),
      {
        timeout: 10_000,
        interval: 250,
      },
    );
    expect(tokens()).toBeGreaterThan(1);
  });
});
