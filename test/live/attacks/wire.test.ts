import { once } from 'node:events';
import { connect } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { pathOf } from '../../support/accounts.ts';
import { type AttackedHouse, attackedHouse } from '../../support/attacked-house.ts';
import { startService } from '../../support/live-service.ts';
import { rawRequest, sendRaw } from '../../support/raw-http.ts';

let house: AttackedHouse;
let theirs: { id: string };
let ours: { id: string };
beforeAll(async () => {
  house = await attackedHouse();
  theirs = await house.victim({}, 'globexAdmin', 'globex');
  ours = await house.victim();
});

const bearer = async (person: 'admin' | 'globexAdmin' | 'viewer' = 'admin') =>
  `Authorization: Bearer ${await house.realm.tokenOf(person)}`;
const list = 'GET /api/v1/tenants/acme/service-accounts';

describe('attack 20: a request that is understood in two ways', () => {
  it('has two Authorization headers: refused, in either order', async () => {
    const [weak, strong] = [await bearer('viewer'), await bearer('admin')];
    const orders = [
      [weak, strong],
      [strong, weak],
      [strong, strong],
      ['Authorization: Basic eDp5', strong],
      [strong, 'authorization: x'],
    ];
    for (const headers of orders) {
      expect((await sendRaw(house.url, rawRequest(list, headers))).statuses).toEqual([401]);
    }
  });

  it.each([
    ['both lengths', ['Content-Length: 4', 'Transfer-Encoding: chunked']],
    ['two lengths', ['Content-Length: 4', 'Content-Length: 40']],
    ['a length that is none', ['Content-Length: +4']],
    ['an encoding in disguise', ['Transfer-Encoding: xchunked']],
    ['an encoding twice', ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity']],
    ['a space before the colon', ['Content-Length : 4']],
    ['a header over two lines', ['X-A: b', ' Content-Length: 4']],
  ])('has %s: refused, and the request smuggled behind it is not seen', async (_, headers) => {
    const before = await house.state();
    const smuggled = `DELETE /api/v1/tenants${pathOf(ours.id)} HTTP/1.1\r\nHost: x\r\n${await bearer()}\r\n\r\n`;
    const request = rawRequest('POST /api/v1/tenants/acme/service-accounts', [
      await bearer(),
      'Content-Type: application/json',
      ...headers,
    ]);
    const { statuses } = await sendRaw(
      house.url,
      `${request.replace('Connection: close\r\n', '')}0\r\n\r\n${smuggled}`,
    );
    expect(statuses).toEqual([400]);
    expect(await house.state()).toEqual(before);
  });

  it.each([
    'X-Tenant-Id: acme',
    'X-Forwarded-Host: evil.test',
    'X-Forwarded-Prefix: /evil',
    'X-Original-URL: /api/v1/tenants/acme/service-accounts',
    'X-Rewrite-URL: /api/v1/tenants/acme/service-accounts',
    'X-HTTP-Method-Override: DELETE',
    'X-Method-Override: DELETE',
    'Forwarded: for=127.0.0.1;host=evil.test',
  ])('is changed by no header: %s', async (header) => {
    const foreign = await sendRaw(house.url, rawRequest(list, [await bearer('globexAdmin'), header]));
    expect(foreign.statuses).toEqual([403]);
    const own = `GET /api/v1/tenants${pathOf(ours.id)}`;
    expect((await sendRaw(house.url, rawRequest(own, [await bearer(), header]))).statuses).toEqual([200]);
    const body = '{"username":"Header","mode":"custom","permissions":["nothing:at-all"]}';
    const headers = [await bearer(), 'Content-Type: application/json', header];
    const { statuses, text } = await sendRaw(
      house.url,
      rawRequest('POST /api/v1/tenants/acme/service-accounts', headers, body),
    );
    expect(statuses).toEqual([400]);
    expect(text).not.toContain('evil');
    expect(await house.realm.inKeycloak(ours.id)).toBeDefined();
  });

  it('has an address of its own making: the audit log keeps the real one', async () => {
    const path = `POST /api/v1/tenants${pathOf(ours.id)}/activate`;
    const forged = ['X-Forwarded-For: 203.0.113.7', 'X-Real-IP: 203.0.113.7', 'Forwarded: for=203.0.113.7'];
    await sendRaw(house.url, rawRequest(path, [await bearer(), ...forged]));
    expect(house.audit.at(-1)).toMatchObject({ action: 'activate', from: '127.0.0.1' });
  });

  it.each([
    `GET http://evil.test/api/v1/tenants/globex/service-accounts`,
    'GET //globex/service-accounts',
    'GET /api/v1/tenants/acme/../globex/service-accounts',
    'GET /api/v1/tenants/acme%2f..%2fglobex/service-accounts',
    'GET /api/v1/tenants/acme/service-accounts/../../globex/service-accounts',
    'GET /api/v1/tenants/globex;/../acme/service-accounts',
    'GET /api/v1/tenants/acme\\..\\globex/service-accounts',
    'TRACE /api/v1/tenants/acme/service-accounts',
    'CONNECT evil.test:80',
    'GET /api/v1/tenants/acme/service-accounts#/../../globex',
  ])('names another place than it seems to: %s', async (start) => {
    const { text, statuses } = await sendRaw(house.url, rawRequest(start, [await bearer()]));
    // A fragment is no part of a path, so what is before it counts.
    const expected = start.includes('#') ? [200, 400, 404] : [400, 403, 404, 405];
    for (const status of statuses) expect(status).toBeOneOf(expected);
    expect(text).not.toContain(theirs.id);
  });
});

describe('attack 23: a client that takes its time', () => {
  /** The service with time-outs that a test can wait for; the ones that it ships with are compared as they are. */
  async function impatient() {
    const service = await startService(house.realm);
    await service.request();
    const { requestTimeout, timeout } = service.server;
    Object.assign(service.server, { requestTimeout: 3_000, headersTimeout: 3_000, keepAliveTimeout: 3_000 });
    // No shorter than Keycloak may take for an honest request.
    service.server.setTimeout(5_000);
    return { ...service, shipped: { requestTimeout, timeout } };
  }

  /** By a connection of its own: one that was kept is cut off like any other that is idle. */
  const answered = async (url: string) => (await sendRaw(url, rawRequest(list, [await bearer()]))).statuses;

  it('is cut off while it dribbles headers or a body, and others are served meanwhile', async () => {
    await using service = await impatient();
    expect(service.shipped).toEqual({ requestTimeout: 15_000, timeout: 15_000 });
    function* dribble(start: string, more: () => string) {
      yield start;
      for (;;) yield more();
    }
    const headers = ['Content-Type: application/json', 'Content-Length: 60000', await bearer()];
    const post = `POST /api/v1/tenants/acme/service-accounts HTTP/1.1\r\nHost: x\r\n${headers.join('\r\n')}\r\n\r\n`;
    const slow = [
      ...Array.from({ length: 20 }, () => dribble('GET / HTTP/1.1\r\nHost: x\r\n', () => 'X-A: b\r\n')),
      ...Array.from({ length: 20 }, () => dribble(post, () => ' ')),
    ].map((chunks) => sendRaw(service.url, chunks, { pauseMs: 100 }));
    expect(await answered(service.url)).toEqual([200]);
    for (const { statuses } of await Promise.all(slow)) expect(statuses).toEqual([408]);
    expect(await answered(service.url)).toEqual([200]);
  });

  it('is cut off when it says nothing, or does not read what it asked for', async () => {
    await using service = await impatient();
    const { port, hostname } = new URL(service.url);
    const atServer = once(service.server, 'connection');
    const reader = connect(Number(port), hostname).pause();
    reader.on('error', () => undefined);
    const [served] = await atServer;
    const closed = once(served, 'close');
    reader.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(1_000));
    expect(await answered(service.url)).toEqual([200]);
    const { statuses } = await sendRaw(service.url, '');
    expect(statuses).toEqual(expect.toBeOneOf([[], [408]]));
    await closed;
    reader.destroy();
    expect(await answered(service.url)).toEqual([200]);
  });
});

describe('attack 28: what tells strangers more than they should know', () => {
  it.each(['https://evil.test', 'null', 'http://localhost', 'https://api.example.test'])(
    'no page of %s may read an answer',
    async (origin) => {
      for (const start of [list, 'OPTIONS /api/v1/tenants/acme/service-accounts']) {
        const headers = [`Origin: ${origin}`, 'Access-Control-Request-Method: GET', await bearer()];
        const { text } = await sendRaw(house.url, rawRequest(start, headers));
        expect(text).not.toMatch(/access-control-allow/i);
      }
    },
  );

  it.each(['/metrics', '/admin', '/.env', '/.git/config', '/server-status', '/debug', '/swagger/json'])(
    'there is no %s',
    async (path) => {
      const { statuses } = await sendRaw(house.url, rawRequest(`GET ${path}`, []));
      expect(statuses).toEqual([404]);
    },
  );

  it('no answer shows a stack, a file, or who made the server', async () => {
    const token = await bearer();
    const requests = [
      rawRequest('GET /%', [token]),
      rawRequest(list, []),
      rawRequest(
        'POST /api/v1/tenants/acme/service-accounts',
        [token, 'Content-Type: application/json'],
        '{',
      ),
      rawRequest(`GET /api/v1/tenants/acme/service-accounts?limit=${'9'.repeat(30)}`, [token]),
      rawRequest(`${list}/${'x'.repeat(300)}`, [token]),
      `${list} HTTP/9.9\r\n\r\n`,
      'garbage\r\n\r\n',
      rawRequest(list, [`X-Large: ${'x'.repeat(20_000)}`]),
    ];
    for (const request of requests) {
      const { text, statuses } = await sendRaw(house.url, request);
      expect(statuses).toEqual([expect.toBeOneOf([400, 401, 404, 431])]);
      expect(text).not.toMatch(/node_modules|\.ts:|\.js:|\bat \w+ \(|x-powered-by|fastify/i);
    }
  });
});

it('attack 29: no answer of the API is kept by a cache, credentials least of all', async () => {
  const token = await bearer();
  const requests = [
    [`POST /api/v1/tenants${pathOf(ours.id)}/regenerate-secret`, 200],
    [`GET /api/v1/tenants${pathOf(ours.id)}`, 200],
    [list, 200],
    ['GET /api/v1/tenants/globex/service-accounts', 403],
    ['GET /api/v1/tenants/acme/nothing', 404],
  ] as const;
  for (const [start, status] of requests) {
    const { text, statuses } = await sendRaw(house.url, rawRequest(start, [token]));
    expect(statuses).toEqual([status]);
    expect(text).toMatch(/^cache-control: no-store\r$/im);
  }
});
