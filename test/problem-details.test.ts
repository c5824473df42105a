import { once } from 'node:events';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type ErrorCode, errorTable, keycloakUnavailable, ServiceError } from '../src/errors.ts';
import { KeycloakFailure } from '../src/keycloak/calls/failures.ts';
import { create, created, pathOf } from './support/accounts.ts';
import { type Answer, type TestApp, testApp, tokenFor } from './support/test-app.ts';

const problem = (code: ErrorCode) => ({
  type: `tag:orki.ai,2026:problem:${code}`,
  title: errorTable[code].title,
  status: errorTable[code].status,
  code,
  requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
});

/** Expects an answer that is in every way what callers were promised of this code. */
function expectProblem({ status, headers, body }: Answer, code: ErrorCode): void {
  expect(status).toBe(errorTable[code].status);
  expect(headers['content-type']).toBe('application/problem+json');
  expect(headers['cache-control']).toBe('no-store');
  expect(body).toMatchObject(problem(code));
  const known = ['type', 'title', 'status', 'code', 'detail', 'requestId', 'errors'];
  expect(known).toEqual(expect.arrayContaining(Object.keys(body)));
}

const post = (service: TestApp, type: string, body: unknown): Promise<Answer> =>
  service.request({ method: 'POST', headers: { 'content-type': type }, body });

describe('an error', () => {
  it.each(['/', '/api', '/api/v1/tenants/acme', '/api/v1/tenants/acme/nothing', '/metrics', '/api/v2/x'])(
    'is problem details for a route that is not there: %s',
    async (url) => {
      const { app } = await testApp();
      const answer = await app.inject(url);
      const { statusCode: status, headers } = answer;
      expectProblem({ status, headers, body: answer.json() }, 'route-not-found');
      expect(headers['x-request-id']).toBe(answer.json().requestId);
    },
  );

  it.each([
    { path: '/acme/service-accounts', method: 'PUT', allow: 'GET, HEAD, POST' },
    { path: '/acme/service-accounts', method: 'DELETE', allow: 'GET, HEAD, POST' },
    { path: '/acme/service-accounts/x', method: 'PUT', allow: 'DELETE, GET, HEAD, PATCH' },
    { path: '/acme/service-accounts/x', method: 'POST', allow: 'DELETE, GET, HEAD, PATCH' },
    { path: '/acme/service-accounts/x/activate', method: 'GET', allow: 'POST' },
    { path: '/acme/service-accounts/x/regenerate-secret', method: 'PUT', allow: 'POST' },
    { path: '/acme/permissions', method: 'POST', allow: 'GET, HEAD' },
  ] as const)('names the methods of $path that are allowed when $method is not', async (call) => {
    const { path, method, allow } = call;
    const answer = await (await testApp()).request({ path, method });
    expectProblem(answer, 'method-not-allowed');
    expect(answer.headers.allow).toBe(allow);
  });

  it.each(['TRACE', 'QUERY', 'OPTIONS'] as const)(
    'is 405 for the method %s, which nothing here knows',
    async (method) => {
      const { app } = await testApp();
      for (const url of ['/livez', '/api/v1/tenants/acme/service-accounts']) {
        const answer = await app.inject({ method: method as 'OPTIONS', url });
        expect(answer.json()).toMatchObject({ status: 405, code: 'method-not-allowed' });
        expect(answer.headers.allow).toMatch(/^GET, HEAD/);
      }
    },
  );

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/html',
    'x',
  ])('is 415 for a body of type %s', async (type) => {
    const service = await testApp();
    expectProblem(await post(service, type, 'username=x&mode=agent'), 'unsupported-media-type');
    expect(service.keycloak.calls).toEqual([]);
  });

  it.each([
    ' application/json',
    '\tapplication/json',
    'application/json;',
    'application/json ; charset=utf-8',
    'APPLICATION/JSON',
  ])('is never avoided by writing the type otherwise: %j', async (type) => {
    const service = await testApp();
    const answer = await post(service, type, '{"username":"x","mode":"agent","secret":"chosen"}');
    expect([400, 415]).toContain(answer.status);
    expect(service.keycloak.calls).toEqual([]);
  });

  it.each(['{', '{"username":}', ' ', 'nothing', '{"__proto__":1}', '\ufeff\ufeff{}', '{"a":1}x'])(
    'is 400 for a body that is no JSON: %j',
    async (body) => {
      const service = await testApp();
      expectProblem(await post(service, 'application/json', body), 'invalid-json');
      expectProblem(await post(service, 'application/merge-patch+json', body), 'invalid-json');
      expect(service.keycloak.calls).toEqual([]);
    },
  );

  it('is 400 where a body is needed and none was sent', async () => {
    const answer = await (await testApp()).request({ method: 'POST' });
    expectProblem(answer, 'invalid-request');
    expect(answer.body.errors).toMatchObject([{ in: 'body', pointer: '' }]);
  });

  it('is 413 for a body over 64 KiB', async () => {
    const service = await testApp();
    const permissions = Array(10_000).fill('customers:read');
    expectProblem(await create(service, { mode: 'custom', permissions }), 'body-too-large');
    expect(service.keycloak.calls).toEqual([]);
  });

  it('is 400 for JSON that nests without end', async () => {
    const service = await testApp();
    const answer = await post(service, 'application/json', `${'['.repeat(30_000)}${']'.repeat(30_000)}`);
    expectProblem(answer, 'invalid-request');
  });

  it.each(['%', '%zz', '%c0%af', 'x'.repeat(201)])('is 400 for a path with %s', async (segment) => {
    const answer = await (await testApp()).request({ path: `/${segment}/service-accounts` });
    expectProblem(answer, 'invalid-request');
  });

  it('is 401 with a challenge without a token, whatever else is wrong', async () => {
    const { app } = await testApp();
    const answer = await app.inject({
      method: 'POST',
      url: '/api/v1/tenants/UPPER/service-accounts',
      body: {},
    });
    expectProblem(
      { status: answer.statusCode, headers: answer.headers, body: answer.json() },
      'missing-token',
    );
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="orki"');
  });

  it.each([
    'Basic eDp5',
    'Bearer',
    'Bearer ',
    'Bearer a b',
    'Bearer a,b',
    'bearer x',
    'Token x',
    'Bearer "x"',
  ])('is 401 for the Authorization header %j', async (authorization) => {
    const answer = await (await testApp()).request({ headers: { authorization } });
    expectProblem(answer, 'invalid-token');
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="orki", error="invalid_token"');
  });

  it('is 401 for a token anywhere but in that header', async () => {
    const { app } = await testApp();
    const token = await tokenFor();
    const url = `/api/v1/tenants/acme/service-accounts?access_token=${token}`;
    const answer = await app.inject({ url, headers: { cookie: `access_token=${token}` } });
    expect(answer.json()).toMatchObject(problem('missing-token'));
  });

  it('is 401 for two Authorization headers, though both be good', async () => {
    const { app } = await testApp();
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as AddressInfo;
    const token = `Bearer ${await tokenFor()}`;
    const path = '/api/v1/tenants/acme/service-accounts';
    const headers = ['Host', 'x', 'Authorization', token, 'authorization', token];
    const call = request({ host: '127.0.0.1', port, path, headers }).end();
    const [response] = await once(call, 'response');
    response.resume();
    expect(response.statusCode).toBe(401);
  });
});

describe('an error from further behind', () => {
  const upstream = 'JDBC: select secret from CLIENT -- canary';

  it("never carries Keycloak's own words, which stand in the log", async () => {
    const service = await testApp();
    service.keycloak.beforeCall = () => {
      throw keycloakUnavailable(new KeycloakFailure('list accounts', { status: 500, upstream }));
    };
    const answer = await service.request({});
    expectProblem(answer, 'keycloak-unavailable');
    expect(answer.headers['retry-after']).toBe('5');
    expect(JSON.stringify(answer)).not.toMatch(/canary|JDBC|list accounts/);
    const lines = service.log.filter((line) => line.includes('canary'));
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 50, requestId: answer.body.requestId });
  });

  it('that nobody foresaw is a 500 without a word of it, and is logged once', async () => {
    const service = await testApp();
    service.keycloak.beforeCall = () => {
      throw new TypeError('canary: cannot read properties of undefined');
    };
    const answer = await service.request({});
    expectProblem(answer, 'internal-error');
    expect(JSON.stringify(answer)).not.toMatch(/canary|TypeError|\.ts/);
    expect(service.log.filter((line) => line.includes('canary'))).toHaveLength(1);
  });

  it.each([new SyntaxError('canary'), Object.assign(new Error('canary'), { statusCode: 418 })])(
    'is no fault of the caller, whatever it looks like: %s',
    async (error) => {
      const service = await testApp();
      service.keycloak.beforeCall = () => {
        throw error;
      };
      expectProblem(await service.request({}), 'internal-error');
    },
  );

  it('is logged with both causes when clearing up failed as well', async () => {
    const service = await testApp();
    service.keycloak.beforeCall = (method) => {
      if (method === 'assignTenantAndRoles')
        throw keycloakUnavailable(new KeycloakFailure('grant', { upstream: 'canary 1' }));
      if (method === 'deleteAccount')
        throw keycloakUnavailable(new KeycloakFailure('delete', { upstream: 'canary 2' }));
    };
    expectProblem(await create(service), 'keycloak-unavailable');
    expect(service.log.join('')).toContain('canary 1');
    expect(service.log.join('')).toContain('canary 2');
  });

  it('is logged as the fault of the caller below 500', async () => {
    const service = await testApp();
    await service.request({ path: pathOf('no-uuid') });
    const line = service.log.find((text) => text.includes('request failed'));
    expect(JSON.parse(line ?? '')).toMatchObject({ level: 30, code: 'invalid-request' });
  });
});

it('every code of the table has a status of its class and a title', () => {
  for (const code of Object.keys(errorTable) as ErrorCode[]) {
    expect(new ServiceError(code, { detail: 'For a person.' }).status).toBeGreaterThanOrEqual(400);
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
  }
});

it('a description cannot break a line of the log or write one of its own', async () => {
  const service = await testApp();
  await created(service, { description: 'x\n{"level":60,"msg":"forged"}', username: 'x' });
  await create(service, { description: 'x\n{"level":60,"msg":"forged"}', username: 'x' });
  for (const line of service.log) expect(JSON.parse(line).level).toBeLessThan(60);
});
