import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { clientAttributes, names } from '../../../src/names.ts';
import { seenByService } from '../../provisioning/role-holders.ts';
import { pathOf } from '../../support/accounts.ts';
import { type AttackedHouse, attackedHouse, everyCallOn } from '../../support/attacked-house.ts';
import { rawRequest, sendRaw } from '../../support/raw-http.ts';

let house: AttackedHouse;
let theirs: { id: string; clientId: string };
beforeAll(async () => {
  house = await attackedHouse();
  theirs = await house.victim({}, 'globexAdmin', 'globex');
});

const notFound = { status: 404, body: { code: 'service-account-not-found' } };
const words = ({ status, body }: { status: number; body: object }) => ({ status, ...body, requestId: '' });

it("attack 1: a token of acme on globex's path is refused on every route, and Keycloak is not asked", async () => {
  const before = await house.state();
  const calls = house.proxy.calls.length;
  const body = { username: 'Intruder', mode: 'agent' };
  const routes = [
    { path: '/globex/permissions' },
    { path: '/globex/revocations' },
    { path: '/globex/service-accounts' },
    { path: '/globex/service-accounts', method: 'POST', body },
    ...everyCallOn(pathOf(theirs.id, 'globex')),
    ...everyCallOn(pathOf(randomUUID(), 'globex')),
  ];
  for (const route of routes) {
    expect(await house.request(route)).toMatchObject({ status: 403, body: { code: 'wrong-tenant' } });
  }
  expect(house.proxy.calls.length).toBe(calls);
  expect(await house.state()).toEqual(before);
});

it("attack 2: globex's id on acme's path is, by body and by calls to Keycloak, one that there is not", async () => {
  // What is looked up or made once for all requests is by then.
  for (const call of everyCallOn(pathOf(randomUUID()))) await house.request(call);
  const before = await house.state();
  const seen = [];
  for (const id of [theirs.id, randomUUID()]) {
    const calls = house.proxy.calls.length;
    const answers = [];
    for (const call of everyCallOn(pathOf(id))) {
      const answer = await house.request(call);
      expect(answer).toMatchObject(notFound);
      answers.push(words(answer));
    }
    const asked = house.proxy.calls
      .slice(calls)
      .map(({ method, path }) => `${method} ${path.replace(id, '{id}')}`);
    seen.push({ answers, asked });
  }
  expect(seen[0]).toEqual(seen[1]);
  expect(await house.state()).toEqual(before);
});

const ofKeycloak = [
  'realm-management',
  'admin-cli',
  'account',
  'broker',
  'security-admin-console',
  'admin-permissions',
];
const ofOrki = [...seenByService, names.serviceClient, names.frontendClient];

it.each([...ofKeycloak, ...ofOrki])(
  'attack 3: the client %s is no service account by any call',
  async (clientId) => {
    const id = await house.realm.uuidOf(clientId);
    const before = await house.state();
    for (const call of everyCallOn(pathOf(id))) expect(await house.request(call)).toMatchObject(notFound);
    expect(await house.state()).toEqual(before);
  },
);

it.each([
  ['the tenant alone', { [clientAttributes.tenant]: 'acme' }],
  ['the mark alone', { [clientAttributes.managed]: 'true' }],
  ['another mark', { [clientAttributes.tenant]: 'acme', [clientAttributes.managed]: 'yes' }],
])(
  'attack 4: a client that somebody gave %s is no service account, also in the list',
  async (_, attributes) => {
    const id = randomUUID();
    await house.realm.admin('POST', '/clients', { id, clientId: `forged-${id}`, attributes });
    const before = await house.state();
    for (const call of everyCallOn(pathOf(id))) expect(await house.request(call)).toMatchObject(notFound);
    const { items } = (await house.request({ path: '/acme/service-accounts?limit=100' })).body;
    expect(items.map((item: { id: string }) => item.id)).not.toContain(id);
    expect(await house.state()).toEqual(before);
  },
);

describe.each(['', '/service-accounts', '/permissions', `/service-accounts/${randomUUID()}`])(
  'attack 5: a tenantId that is none, before %j,',
  (below) => {
    it.each([
      ...['..%2f', '%2e%2e', '%252e', '%00', ';', 'acme;x=y', '%5c', "'", '%22', '*', 'ACME', '%C5%BFacme'],
      ...['acme%22%20orki.tenant:%22globex', 'acme%20orki.tenant:globex', 'acme:globex', 'acme%0d%0aX: y'],
    ])('is refused, whatever the token: %s', async (tenantId) => {
      const calls = house.proxy.calls.length;
      // The worst case: a token of the realm that names this very text as its tenant.
      const token = await house.forge({ tenant_id: decodeURIComponent(tenantId) });
      const start = `GET /api/v1/tenants/${tenantId}${below}`;
      const { statuses } = await sendRaw(house.url, rawRequest(start, [`Authorization: Bearer ${token}`]));
      // Without a route behind it, or with a space in its line, it does not get as far as a tenant's name.
      const expected = below === '' ? [400, 404] : [400];
      expect(statuses).toEqual([expect.toBeOneOf(expected)]);
      expect(house.proxy.calls.length).toBe(calls);
    });
  },
);

it.each([
  '../users',
  '..%2fusers',
  '%2e%2e%2fusers',
  `${randomUUID()}%2f..%2fusers`,
  'orki-api',
  '%00',
  '1',
  "'",
  '{}',
])('attack 6: the id %s is refused before any call to Keycloak', async (id) => {
  const calls = house.proxy.calls.length;
  const token = await house.realm.tokenOf('admin');
  for (const method of ['GET', 'PATCH', 'DELETE']) {
    const start = `${method} /api/v1/tenants/acme/service-accounts/${id}`;
    const headers = [`Authorization: Bearer ${token}`, 'Content-Type: application/json'];
    const { statuses } = await sendRaw(house.url, rawRequest(start, headers, '{"description":"x"}'));
    // A real slash is a path of its own, which no route has.
    expect(statuses).toEqual([id.includes('/') ? 404 : 400]);
  }
  expect(house.proxy.calls.length).toBe(calls);
});

it('attack 26: a username that another tenant has is free, and its refusal tells of the own tenant alone', async () => {
  const { username } = await house.victim({ username: 'Shared name' }, 'globexAdmin', 'globex');
  const create = () => house.request({ method: 'POST', body: { username, mode: 'agent' } });
  expect((await create()).status).toBe(201);
  const taken = await create();
  expect(taken).toMatchObject({ status: 409, body: { code: 'username-taken' } });
  expect(taken.text).not.toContain('globex');
});

describe('attack 27', () => {
  it.each(['-1', '0', '101', '1e9', '1000000000', '1.5', '%20', '٣', '0x10', '1;2', '1&limit=2'])(
    'limit=%s is refused',
    async (limit) => {
      expect((await house.request({ path: `/acme/service-accounts?limit=${limit}` })).status).toBe(400);
    },
  );

  const cursorOf = async (as: 'admin' | 'globexAdmin', tenantId: string, query: string) =>
    (await house.request({ as, path: `/${tenantId}/service-accounts?limit=1${query}` })).body.nextCursor;

  it('a cursor that is malformed, or of another tenant, filter or search, is refused', async () => {
    await house.victim();
    await house.victim();
    await house.victim({}, 'globexAdmin', 'globex');
    const own = await cursorOf('admin', 'acme', '');
    const wrong = [
      ...['x', '', '%00', 'e30', '../', Buffer.from('{"after":"","at":-1}').toString('base64url')],
      await cursorOf('globexAdmin', 'globex', ''),
      await cursorOf('admin', 'acme', '&mode=admin'),
      await cursorOf('admin', 'acme', '&search=victim'),
    ];
    for (const cursor of wrong) {
      const { status } = await house.request({ path: `/acme/service-accounts?cursor=${cursor}` });
      expect([cursor, status]).toEqual([cursor, 400]);
    }
    expect((await house.request({ path: `/acme/service-accounts?cursor=${own}` })).status).toBe(200);
  });

  it('a well-formed forgery shows nothing but accounts of the own tenant', async () => {
    const cursor: string = await cursorOf('admin', 'acme', '');
    const parts = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const forgeries = [
      ...[0, 1, 7, 1e6, 2 ** 31].map((at) => ({ ...parts, at })),
      ...['!', '~', theirs.clientId].map((after) => ({ ...parts, after, at: 0 })),
    ];
    for (const forged of forgeries) {
      const text = Buffer.from(JSON.stringify(forged)).toString('base64url');
      const { status, body } = await house.request({
        path: `/acme/service-accounts?limit=100&cursor=${text}`,
      });
      expect(status).toBeOneOf([200, 400]);
      const ids = (body.items ?? []).map((item: { id: string }) => item.id);
      expect(ids).not.toContain(theirs.id);
    }
  });
});
