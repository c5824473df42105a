import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { canarySecret, observedService } from '../support/observed-service.ts';
import { type Answer, tokenFor } from '../support/test-app.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('the log', () => {
  it('has one line a request: id, tenant, subject, outcome, duration, calls to Keycloak', async () => {
    const { request, lines, keycloakStub } = await observedService();
    await vi.waitFor(() => expect(keycloakStub.received.length).toBeGreaterThan(2));
    const before = keycloakStub.received.length;
    const answer = await request({ path: '/acme/service-accounts?search=canary' });
    const own = lines().filter(({ requestId }) => requestId === answer.headers['x-request-id']);
    expect(own).toEqual([
      expect.objectContaining({
        level: 30,
        msg: 'request completed',
        method: 'GET',
        path: '/api/v1/tenants/acme/service-accounts',
        route: '/api/v1/tenants/:tenantId/service-accounts',
        status: 200,
        durationMs: expect.any(Number),
        tenant: 'acme',
        subject: 'subject-of-acme',
        client: 'orki-frontend',
        keycloak: { calls: keycloakStub.received.length - before, ms: expect.any(Number) },
      }),
    ]);
    expect(own[0].keycloak.ms).toBeGreaterThan(0);
    expect(JSON.stringify(lines())).not.toContain('canary');
  });

  it('has one line, with the code, for a request that is refused, at whatever stage', async () => {
    const { app, request, lines, state } = await observedService();
    state.statusOf = ({ path }) => (path.includes('q=') ? 503 : 200);
    const answers = [
      await app.inject('/api/v1/tenants/acme/service-accounts'),
      await app.inject('/nothing'),
      await app.inject('/bad/%zz'),
    ].map(({ statusCode, headers }) => ({ status: statusCode, headers: headers as Answer['headers'] }));
    answers.push(await request({ path: '/globex/service-accounts' }));
    answers.push(await request({}));
    const codes = [
      'missing-token',
      'route-not-found',
      'invalid-request',
      'wrong-tenant',
      'keycloak-unavailable',
    ];
    for (const [index, { status, headers }] of answers.entries()) {
      const own = lines().filter(({ requestId }) => requestId === headers['x-request-id']);
      expect(own).toMatchObject([{ status, code: codes[index], msg: 'request failed' }]);
      expect(own[0].level).toBe(status >= 500 ? 50 : 30);
    }
  });

  it('has a line for a request whose sender hung up', async () => {
    const { app, lines, state, keycloakStub } = await observedService();
    await vi.waitFor(() => expect(keycloakStub.received.length).toBeGreaterThan(2));
    const url = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
    const authorization = `Bearer ${await tokenFor()}`;
    const socket = connect(Number(url.port), url.hostname);
    state.statusOf = () => {
      socket.destroy();
      return 200;
    };
    socket.write(
      `GET /api/v1/tenants/acme/service-accounts HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n\r\n`,
    );
    await once(socket, 'close');
    await vi.waitFor(() => expect(lines()).toContainEqual(expect.objectContaining({ status: 499 })));
  });

  it('keeps probes that go well to the level debug', async () => {
    const { app, lines } = await observedService();
    await app.inject('/livez');
    expect(lines().find(({ path }) => path === '/livez')).toMatchObject({ level: 20 });
  });

  it('never has a token, a secret or a header of the caller', async () => {
    const { app, lines } = await observedService();
    const authorization = `Bearer ${await tokenFor()}`;
    const headers = { authorization, 'x-canary': 'canary', 'x-request-id': 'canary\n{"level":60}' };
    await app.inject({ url: '/api/v1/tenants/acme/service-accounts?cursor=canary', headers });
    const text = JSON.stringify(lines());
    expect(text).not.toContain('canary');
    expect(text).not.toContain(canarySecret);
    expect(text).not.toContain(authorization.slice(-43));
  });
});

describe("a request's id", () => {
  it('is made here, stands in the answer, and goes along to Keycloak with each call', async () => {
    const { request, keycloakStub } = await observedService();
    await vi.waitFor(() => expect(keycloakStub.received.length).toBeGreaterThan(2));
    const before = keycloakStub.received.length;
    const { headers } = await request({});
    expect(headers['x-request-id']).toMatch(uuid);
    const during = keycloakStub.received.slice(before);
    expect(during.length).toBeGreaterThan(0);
    for (const call of during) expect(call.headers['x-request-id']).toBe(headers['x-request-id']);
  });

  it('is not what the caller says, which is noted beside it where it is sane', async () => {
    const { request, lines } = await observedService();
    const { headers } = await request({ headers: { 'x-request-id': 'edge-42' } });
    expect(headers['x-request-id']).toMatch(uuid);
    const own = lines().find(({ requestId }) => requestId === headers['x-request-id']);
    expect(own.callerRequestId).toBe('edge-42');
    const odd = await request({ headers: { 'x-request-id': 'x'.repeat(129) } });
    const line = lines().find(({ requestId }) => requestId === odd.headers['x-request-id']);
    expect(line).not.toHaveProperty('callerRequestId');
  });
});
