import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWTPayload,
  type JWTVerifyGetKey,
  SignJWT,
} from 'jose';
import { describe, expect, onTestFinished, test } from 'vitest';
import { buildTenantApi } from '../../examples/tenant-api/server.ts';

const issuer = 'https://auth.example.test/realms/orki';
const customersOf = (tenantId: string) => `/gateway/api/v1/tenants/${tenantId}/customers`;
const acme = customersOf('acme');
const zoe = { name: 'Zoë', email: 'zoe@example.com' };

const realmKey = await generateKeyPair('ES256', { extractable: true });
const otherKey = await generateKeyPair('ES256');
const realmRsaKey = await generateKeyPair('RS256');
const publicPem = await exportSPKI(realmKey.publicKey);
/** A realm publishes an RS256 key too, whatever it signs with. */
const realmKeys = createLocalJWKSet({
  keys: [
    { ...(await exportJWK(realmKey.publicKey)), kid: 'ec', alg: 'ES256', use: 'sig' },
    { ...(await exportJWK(realmRsaKey.publicKey)), kid: 'rsa', alg: 'RS256', use: 'sig' },
  ],
});

const secondsFromNow = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
const grant = (...roles: string[]) => ({ 'orki-api': { roles } });

/** The claims of the access token that Keycloak gives a service account of acme. */
const claims = (changes: JWTPayload = {}): JWTPayload => ({
  iss: issuer,
  aud: 'orki-api',
  typ: 'Bearer',
  tenant_id: 'acme',
  iat: secondsFromNow(0),
  exp: secondsFromNow(300),
  azp: 'sa-1',
  resource_access: grant('customers:read', 'customers:write'),
  ...changes,
});

const signed = (changes: JWTPayload = {}, key = realmKey.privateKey, alg = 'ES256', kid = 'ec') =>
  new SignJWT(claims(changes)).setProtectedHeader({ alg, kid, typ: 'JWT' }).sign(key);

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function start(keys: JWTVerifyGetKey = realmKeys) {
  const lines: string[] = [];
  const app = buildTenantApi({ issuer, keys, log: { write: (line) => lines.push(line) } });
  onTestFinished(() => app.close());
  const send = (method: 'GET' | 'POST' | 'HEAD', url: string, token?: string, body?: object) =>
    app.inject({
      method,
      url,
      ...(token && { headers: { authorization: `Bearer ${token}` } }),
      ...(body && { payload: body }),
    });
  return { app, lines, send };
}

type Answer = Awaited<ReturnType<ReturnType<typeof start>['send']>>;

function expectProblem(answer: Answer, status: number, code: string) {
  expect(answer.statusCode).toBe(status);
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(answer.json()).toMatchObject({ type: `tag:orki.ai,2026:problem:${code}`, status, code });
  expect(answer.json().requestId).toMatch(/^[0-9a-f-]{36}$/);
}

function expectInvalidToken(answer: Answer) {
  expectProblem(answer, 401, 'invalid-token');
  expect(answer.headers['www-authenticate']).toMatch(/^Bearer realm="orki-api", error="invalid_token", /);
}

function expectForbidden(answer: Answer, code: 'wrong-tenant' | 'permission-missing') {
  expectProblem(answer, 403, code);
  expect(answer.headers['www-authenticate']).toMatch(
    /^Bearer realm="orki-api", error="insufficient_scope", /,
  );
}

describe('the token', () => {
  test('is required, and the challenge to a request without one names no error', async () => {
    const answer = await start().send('GET', acme);
    expectProblem(answer, 401, 'missing-token');
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="orki-api"');
  });

  test('counts in the header alone, not in the query string', async () => {
    const answer = await start().send('GET', `${acme}?access_token=${await signed()}`);
    expectProblem(answer, 401, 'missing-token');
  });

  test('is required before the body is looked at', async () => {
    expect((await start().send('POST', acme, undefined, { wrong: true })).statusCode).toBe(401);
  });

  test('may come with the scheme in any case, as RFC 9110 has it', async () => {
    const headers = { authorization: `bearer ${await signed()}` };
    expect((await start().app.inject({ url: acme, headers })).statusCode).toBe(200);
  });

  test.each([
    ['from another issuer', { iss: 'https://auth.example.test/realms/other' }],
    ['from no issuer', { iss: undefined }],
    ['for another audience', { aud: ['account', 'orki-frontend'] }],
    ['for no audience', { aud: undefined }],
    ['that expired more than the tolerance ago', { exp: secondsFromNow(-31) }],
    ['that never expires', { exp: undefined }],
    ['that is not valid yet', { nbf: secondsFromNow(90) }],
    ['that is an ID token', { typ: 'ID' }],
    ['that is a refresh token', { typ: 'Refresh' }],
    ['that is bound to a key (DPoP)', { typ: 'DPoP' }],
    ['without a type', { typ: undefined }],
  ])('%s is refused', async (_name, changes) => {
    expectInvalidToken(await start().send('GET', acme, await signed(changes as JWTPayload)));
  });

  test('says when it has expired', async () => {
    const answer = await start().send('GET', acme, await signed({ exp: secondsFromNow(-31) }));
    expect(answer.json().detail).toBe('The access token has expired.');
  });

  test('is still good within the tolerance of 30 seconds', async () => {
    const answer = await start().send('GET', acme, await signed({ exp: secondsFromNow(-20) }));
    expect(answer.statusCode).toBe(200);
  });

  test('with orki-api among several audiences is good', async () => {
    const answer = await start().send('GET', acme, await signed({ aud: ['account', 'orki-api'] }));
    expect(answer.statusCode).toBe(200);
  });

  test.each(['abc', 'a.b.c', 'e30.e30.e30', '..', 'ey.ey.'])(
    'that is rubbish (%s) is refused',
    async (token) => {
      expectInvalidToken(await start().send('GET', acme, token));
    },
  );

  test('whose claims were changed after signing is refused', async () => {
    const [header, , signature] = (await signed({ tenant_id: 'globex' })).split('.');
    expectInvalidToken(await start().send('GET', acme, `${header}.${encoded(claims())}.${signature}`));
  });
});

describe('the signature', () => {
  test('by a key that is not the realm’s is refused', async () => {
    expectInvalidToken(await start().send('GET', acme, await signed({}, otherKey.privateKey)));
  });

  test('by a key id that the realm does not have is refused', async () => {
    expectInvalidToken(
      await start().send('GET', acme, await signed({}, otherKey.privateKey, 'ES256', 'gone')),
    );
  });

  test('alg none is refused', async () => {
    for (const alg of ['none', 'None', 'NONE']) {
      const token = `${encoded({ alg, kid: 'ec' })}.${encoded(claims())}.`;
      expectInvalidToken(await start().send('GET', acme, token));
    }
  });

  // The key set refuses HS256 by itself; a resolver that hands out whatever it has shows that `algorithms` does too.
  test.each([
    ['', realmKeys],
    [', even if the key set gave the key out', async () => Buffer.from(publicPem)],
  ])('HS256 with the public key as its secret is refused%s', async (_name, keys) => {
    const input = `${encoded({ alg: 'HS256', kid: 'ec' })}.${encoded(claims())}`;
    const token = `${input}.${createHmac('sha256', publicPem).update(input).digest('base64url')}`;
    expectInvalidToken(await start(keys).send('GET', acme, token));
  });

  test('RS256 by a key that the realm does publish is refused', async () => {
    expectInvalidToken(
      await start().send('GET', acme, await signed({}, realmRsaKey.privateKey, 'RS256', 'rsa')),
    );
  });
});

describe('the tenant', () => {
  test.each([
    ['another', 'globex'],
    ['absent', undefined],
    ['an array that holds it', ['acme']],
    ['an object', { acme: true }],
    ['of another case', 'ACME'],
    ['empty', ''],
  ])('%s is refused', async (_name, tenantId) => {
    const token = await signed({ tenant_id: tenantId });
    expectForbidden(await start().send('GET', acme, token), 'wrong-tenant');
    expectForbidden(await start().send('POST', acme, token, zoe), 'wrong-tenant');
  });

  test('in a path that is not a tenant’s name is refused, even when the token agrees', async () => {
    const answer = await start().send(
      'GET',
      customersOf('Acme%20Inc'),
      await signed({ tenant_id: 'Acme Inc' }),
    );
    expect(answer.statusCode).toBe(400);
    expect(answer.json().errors[0].pointer).toBe('/tenantId');
  });
});

describe('the permission', () => {
  test('to list is customers:read, and nothing else', async () => {
    const others = grant('customers:write', 'customers', 'mode-admin');
    expectForbidden(
      await start().send('GET', acme, await signed({ resource_access: others })),
      'permission-missing',
    );
    const answer = await start().send(
      'GET',
      acme,
      await signed({ resource_access: grant('customers:read') }),
    );
    expect(answer.statusCode).toBe(200);
  });

  test('to add is customers:write, and nothing is added without it', async () => {
    const { send } = start();
    const reader = await signed({ resource_access: grant('customers:read') });
    const before = (await send('GET', acme, reader)).json();
    const answer = await send('POST', acme, reader, zoe);
    expectForbidden(answer, 'permission-missing');
    expect(answer.json().detail).toContain('customers:write');
    expect((await send('GET', acme, reader)).json()).toEqual(before);
    const writer = await signed({ resource_access: grant('customers:write') });
    expect((await send('POST', acme, writer, zoe)).statusCode).toBe(201);
  });

  test.each([
    ['absent', undefined],
    ['of another client', { account: { roles: ['customers:read'] } }],
    ['a string that contains it', { 'orki-api': { roles: 'customers:read' } }],
    ['null', null],
    ['a list', ['customers:read']],
  ])('that is %s grants nothing', async (_name, access) => {
    expectForbidden(
      await start().send('GET', acme, await signed({ resource_access: access })),
      'permission-missing',
    );
  });

  test('in realm_access or scope grants nothing', async () => {
    const elsewhere = { realm_access: { roles: ['customers:read'] }, scope: 'customers:read' };
    expectForbidden(
      await start().send('GET', acme, await signed({ resource_access: {}, ...elsewhere })),
      'permission-missing',
    );
  });

  test('is asked of HEAD as of GET', async () => {
    const { send } = start();
    expect((await send('HEAD', acme)).statusCode).toBe(401);
    expect((await send('HEAD', acme, await signed({ resource_access: {} }))).statusCode).toBe(403);
    expect((await send('HEAD', acme, await signed())).statusCode).toBe(200);
  });
});

describe('customers', () => {
  test('are listed for their tenant alone', async () => {
    const { send } = start();
    const acmes = (await send('GET', acme, await signed())).json().items;
    const globexes = (await send('GET', customersOf('globex'), await signed({ tenant_id: 'globex' }))).json()
      .items;
    const news = (await send('GET', customersOf('new'), await signed({ tenant_id: 'new' }))).json().items;
    expect(acmes).toHaveLength(2);
    expect(globexes).toHaveLength(1);
    expect(news).toEqual([]);
    expect(acmes).not.toContainEqual(globexes[0]);
  });

  test('are added and listed from then on, in their tenant alone', async () => {
    const { send } = start();
    const answer = await send('POST', acme, await signed(), zoe);
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toEqual({ id: expect.stringMatching(/^[0-9a-f-]{36}$/), ...zoe });
    expect((await send('GET', acme, await signed())).json().items).toContainEqual(answer.json());
    const globex = await send('GET', customersOf('globex'), await signed({ tenant_id: 'globex' }));
    expect(globex.json().items).not.toContainEqual(answer.json());
  });

  test('are at most a hundred in a tenant', async () => {
    const { send } = start();
    const token = await signed();
    for (let added = 2; added < 100; added++)
      expect((await send('POST', acme, token, zoe)).statusCode).toBe(201);
    expectProblem(await send('POST', acme, token, zoe), 409, 'limit-reached');
    expect((await send('GET', acme, token)).json().items).toHaveLength(100);
  });

  test('with unknown fields are refused, by the field’s name, and not kept', async () => {
    const { send } = start();
    const answer = await send('POST', acme, await signed(), { ...zoe, tenantId: 'globex' });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().errors).toEqual([
      { pointer: '', code: 'unrecognized_keys', detail: expect.stringContaining('tenantId') },
    ]);
    expect((await send('GET', acme, await signed())).json().items).toHaveLength(2);
  });

  test('with wrong fields are refused, each by pointer, nothing coerced', async () => {
    const answer = await start().send('POST', acme, await signed(), { name: 7, email: 'nobody' });
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    const pointers = answer.json().errors.map((field: { pointer: string }) => field.pointer);
    expect(pointers).toEqual(['/name', '/email']);
  });

  test('take no query', async () => {
    expect((await start().send('GET', `${acme}?limit=5`, await signed())).statusCode).toBe(400);
  });

  test.each([
    ['no JSON', 400, 'application/json', '{'],
    ['no body at all', 400, 'application/json', ''],
    ['another type', 415, 'text/xml', '<a/>'],
    ['more than 16 KiB', 413, 'application/json', JSON.stringify({ ...zoe, name: 'x'.repeat(20_000) })],
  ])('that come as %s get a problem with %i', async (_name, status, type, payload) => {
    const headers = { authorization: `Bearer ${await signed()}`, 'content-type': type };
    const answer = await start().app.inject({ method: 'POST', url: acme, headers, payload });
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  });
});

describe('when the keys can’t be fetched', () => {
  const published = JSON.stringify(realmKeys.jwks());

  async function serve(answer: () => [status: number, body: string]) {
    const keycloak = createServer((_request, response) => {
      const [status, body] = answer();
      response.writeHead(status).end(body);
    });
    await once(keycloak.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => void keycloak.close());
    return `http://127.0.0.1:${(keycloak.address() as AddressInfo).port}/certs`;
  }

  async function expectUnavailable(keys: JWTVerifyGetKey) {
    const { send, lines } = start(keys);
    const answer = await send('GET', acme, await signed());
    expectProblem(answer, 503, 'keys-unavailable');
    expect(answer.headers['retry-after']).toBe('5');
    expect(answer.headers).not.toHaveProperty('www-authenticate');
    expect(lines.filter((line) => JSON.parse(line).level >= 50)).toHaveLength(1);
  }

  test('because nobody listens, it answers 503 with Retry-After, not 401', async () => {
    await expectUnavailable(createRemoteJWKSet(new URL('http://127.0.0.1:1/certs')));
  });

  test.each([
    ['an error', 500, 'ERROR: relation "client" does not exist'],
    ['a redirect', 302, ''],
    ['no JSON', 200, '<html>'],
    ['JSON without keys', 200, '{"error":"unknown_error"}'],
  ])('because Keycloak answers with %s, it answers 503', async (_name, status, body) => {
    await expectUnavailable(createRemoteJWKSet(new URL(await serve(() => [status, body]))));
  });

  test('because Keycloak is too slow, it answers 503', async () => {
    const silent = createServer(() => {});
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => {
      silent.closeAllConnections();
      silent.close();
    });
    const url = new URL(`http://127.0.0.1:${(silent.address() as AddressInfo).port}/certs`);
    await expectUnavailable(createRemoteJWKSet(url, { timeoutDuration: 50 }));
  });

  test('a token with nothing to verify is still refused with 401', async () => {
    const { send } = start(createRemoteJWKSet(new URL('http://127.0.0.1:1/certs')));
    expectInvalidToken(await send('GET', acme, 'rubbish'));
  });

  test('it recovers by itself as soon as they can, and then knows a missing key from missing keys', async () => {
    let up = false;
    const fetched = createRemoteJWKSet(new URL(await serve(() => (up ? [200, published] : [500, '']))));
    const { send } = start(fetched);
    expect((await send('GET', acme, await signed())).statusCode).toBe(503);
    up = true;
    expect((await send('GET', acme, await signed())).statusCode).toBe(200);
    expectInvalidToken(await send('GET', acme, await signed({}, otherKey.privateKey, 'ES256', 'gone')));
  });

  test('a token that does not say which of two keys signed it is refused with 401', async () => {
    const twoKeys = { keys: [await exportJWK(realmKey.publicKey), await exportJWK(otherKey.publicKey)] };
    const token = await new SignJWT(claims()).setProtectedHeader({ alg: 'ES256' }).sign(realmKey.privateKey);
    expectInvalidToken(await start(createLocalJWKSet(twoKeys)).send('GET', acme, token));
  });
});

describe('the rest', () => {
  test('the log is JSON and never holds a token, wherever the caller put it', async () => {
    const { app, lines, send } = start();
    const tokens = [await signed(), await signed({ typ: 'ID' }), await signed({ tenant_id: 'globex' })];
    for (const token of tokens) {
      await send('GET', acme, token);
      await send('GET', `${acme}?access_token=${token}`, token);
      await send('GET', `/nowhere?access_token=${token}`);
      await app.inject({ url: `/%zz?access_token=${token}` });
      await send('POST', acme, token, { access_token: token });
    }
    expect(lines.map((line) => JSON.parse(line)).some(({ req }) => req?.path === acme)).toBe(true);
    for (const token of tokens)
      for (const part of token.split('.').slice(1)) expect(lines.join('')).not.toContain(part);
  });

  test.each([{}, { statusCode: 502, code: 'UPSTREAM' }])(
    'errors inside stay inside (%o)',
    async (properties) => {
      const { app, lines } = start();
      app.get('/broken', () => {
        throw Object.assign(new Error('password=hunter2'), properties);
      });
      const answer = await app.inject('/broken');
      expectProblem(answer, properties.statusCode ?? 500, 'internal-error');
      expect(answer.body).not.toContain('hunter2');
      expect(lines.join('')).toContain('hunter2');
    },
  );

  test('unknown and malformed addresses get problem details', async () => {
    expectProblem(await start().app.inject('/nowhere'), 404, 'route-not-found');
    expectProblem(await start().app.inject('/%zz'), 400, 'invalid-request');
  });

  test('a route that forgot its permission lets nobody in', async () => {
    const { app, send } = start();
    app.addHook('onRoute', (route) => {
      if (route.path.endsWith('/customers')) route.config = {};
    });
    expectForbidden(await send('GET', acme, await signed()), 'permission-missing');
  });

  test('/livez needs no token', async () => {
    expect((await start().app.inject('/livez')).statusCode).toBe(200);
  });

  test('/swagger shows the two calls, how to authenticate, and the strict body', async () => {
    const { app } = start();
    expect((await app.inject('/swagger')).headers['content-type']).toMatch(/^text\/html/);
    const document = (await app.inject('/swagger/json')).json();
    const { get, post } = document.paths['/gateway/api/v1/tenants/{tenantId}/customers'];
    expect(document.openapi).toBe('3.1.0');
    expect(document.components.securitySchemes.bearer).toEqual({ type: 'http', scheme: 'bearer' });
    expect([get.security, post.security]).toEqual([[{ bearer: [] }], [{ bearer: [] }]]);
    expect(post.requestBody.content['application/json'].schema).toMatchObject({
      additionalProperties: false,
      required: ['name', 'email'],
    });
    expect(Object.keys(post.responses)).toContain('201');
  });
});

describe('as a process', () => {
  const program = fileURLToPath(new URL('../../examples/tenant-api/server.ts', import.meta.url));

  async function failureWith(settings: Record<string, string>) {
    const child = spawn(process.execPath, [program], { env: { ...process.env, ...settings } });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [output, exited] = await Promise.all([child.stderr.toArray(), once(child, 'exit')]);
    return { exitCode: exited[0], output: output.join('') };
  }

  test('says that the port is taken, and what to do, without a stack', async () => {
    const other = createServer();
    await once(other.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    expect(await failureWith({ PORT: String(port) })).toEqual({
      exitCode: 1,
      output: `The tenant API can't start. Port ${port} is taken by another process: stop that, or set PORT to another port.\n`,
    });
  });

  test.each([
    [{ HOST: '192.0.2.1', PORT: '0' }, 'no address 192.0.2.1'],
    [{ PORT: 'three' }, 'PORT: has to be a port.'],
    [{ ISSUER: 'auth.orki.ai' }, 'ISSUER: has to be a URL.'],
  ])('says what is wrong with %j', async (settings, words) => {
    const { exitCode, output } = await failureWith(settings);
    expect(exitCode).toBe(1);
    expect(output).toContain(words);
    expect(output.trim().split('\n')).toHaveLength(1);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'listens where it is told and ends well on %s',
    async (signal) => {
      const env = { ...process.env, PORT: '0', ISSUER: 'http://127.0.0.1:1/realms/orki' };
      const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'inherit'] });
      onTestFinished(() => void child.kill('SIGKILL'));
      const exited = once(child, 'exit');
      let address = '';
      for await (const line of createInterface(child.stdout)) {
        expect(JSON.parse(line).time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
        address = /http:\/\/127\.0\.0\.1:\d+/.exec(JSON.parse(line).msg)?.[0] ?? '';
        if (address) break;
      }
      expect((await fetch(`${address}/livez`)).status).toBe(200);
      const headers = { authorization: `Bearer ${await signed({ iss: env.ISSUER })}` };
      expect((await fetch(`${address}${acme}`, { headers })).status).toBe(503);
      child.kill(signal);
      expect(await exited).toEqual([0, null]);
    },
  );
});
