import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { InMemoryKeycloak } from './support/in-memory-keycloak.ts';
import { type Answer, type Person, type TestApp, testApp } from './support/test-app.ts';

const requestsInAll = Number(process.env.ATTACK_REQUESTS ?? 500);
const seed = Number(process.env.ATTACK_SEED ?? Date.now() % 2 ** 31);
const requestsInARow = 25;

const tenants = ['acme', 'globex'] as const;
type Tenant = (typeof tenants)[number];

const grants: Person['grant'][] = [
  'admin',
  'admin',
  ['service-accounts:read', 'service-accounts:write'],
  ['mode-agent', 'ai:use', 'service-accounts:write', 'service-accounts:read'],
  ['service-accounts:read'],
  [],
];

const tenant = fc.constantFrom(...tenants);
const grantOf = fc.constantFrom(
  { mode: 'admin' },
  { mode: 'agent' },
  { mode: 'custom', permissions: ['ai:use'] },
  { mode: 'custom', permissions: ['service-accounts:read'] },
  { mode: 'custom', permissions: ['nothing:here'] },
  {},
);
const name = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('One', 'Two', 'one', 'Zürich', 'A b', 'x1', 'x2', 'x3') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 70 }) },
);
const body = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ username: name, description: name, grant: grantOf }, { requiredKeys: ['grant'] }),
  },
  { weight: 1, arbitrary: fc.record({ extra: fc.jsonValue() }) },
);

/** One request: who sends it, to whose path, about which of the accounts that there are, and with what. */
const request = fc.record({
  caller: tenant,
  grant: fc.constantFrom(...grants),
  ownPath: fc.constantFrom(true, true, true, false),
  route: fc.constantFrom(
    ...[
      'permissions',
      'revocations',
      'revoke-tokens',
      'list',
      'list',
      'create',
      'create',
      'get',
      'history',
      'patch',
      'patch',
    ],
    ...['regenerate-secret', 'activate', 'deactivate', 'delete', 'put'],
  ),
  /** Counts through all accounts of both tenants, and some ids that are none. */
  account: fc.nat(),
  capitals: fc.boolean(),
  cursor: fc.nat(),
  query: fc.constantFrom('', '&mode=agent', '&status=active', '&search=o', '&limit=1', '&limit=x', '&q=a'),
  body,
});
type Request = typeof request extends fc.Arbitrary<infer Value> ? Value : never;

const otherThan = (one: Tenant): Tenant => (one === 'acme' ? 'globex' : 'acme');
const pathOf = ({ caller, ownPath }: Request): Tenant => (ownPath ? caller : otherThan(caller));

interface Session {
  readonly service: TestApp;
  /** Cursors of both tenants' lists. */
  readonly cursors: string[];
}

async function send({ service, cursors }: Session, wanted: Request): Promise<Answer & { asked: string }> {
  const known = [...service.keycloak.clients.keys(), randomUUID(), 'none', '..%2fusers'];
  const chosen = known[wanted.account % known.length] ?? '';
  const id = wanted.capitals ? chosen.toUpperCase() : chosen;
  const cursor = cursors[wanted.cursor % (cursors.length + 1)];
  const path = pathOf(wanted);
  const base = `/${path}/service-accounts`;
  const one = `${base}/${id}`;
  const { grant, ...fields } = { grant: {}, ...wanted.body };
  const json = { ...fields, ...grant };
  const routes: Record<
    string,
    { method: 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'PUT'; path: string; body?: unknown }
  > = {
    permissions: { method: 'GET', path: `/${path}/permissions` },
    revocations: { method: 'GET', path: `/${path}/revocations` },
    list: {
      method: 'GET',
      path: `${base}?limit=2${wanted.query}${cursor === undefined ? '' : `&cursor=${cursor}`}`,
    },
    create: { method: 'POST', path: base, body: { username: `u${wanted.account}`, mode: 'agent', ...json } },
    get: { method: 'GET', path: one },
    history: { method: 'GET', path: `${one}/history` },
    patch: { method: 'PATCH', path: one, body: json },
    delete: { method: 'DELETE', path: one },
    put: { method: 'PUT', path: one, body: json },
  };
  const route = routes[wanted.route] ?? { method: 'POST' as const, path: `${one}/${wanted.route}` };
  const answer = await service.request({
    tenantId: wanted.caller,
    ...(wanted.grant && { grant: wanted.grant }),
    ...route,
  });
  if (typeof answer.body?.nextCursor === 'string') cursors.push(answer.body.nextCursor);
  return { ...answer, asked: `${route.path} ${JSON.stringify(route.body)}` };
}

/** All that there is of a tenant, looked up without the service. */
function stateOf(keycloak: InMemoryKeycloak, of: Tenant): string {
  const clients = [...keycloak.clients].filter(([, { account }]) => account.tenantId === of);
  const usernames = [...keycloak.usernames].filter(([name]) => name.startsWith(`${of}/`));
  return JSON.stringify({ clients, usernames }, (_, value) => (value instanceof Set ? [...value] : value));
}

/** What must never be in an answer to the other tenant. */
const secretsOf = (keycloak: InMemoryKeycloak, of: Tenant): string[] =>
  [...keycloak.clients.values()]
    .filter(({ account }) => account.tenantId === of)
    .flatMap(({ account, secret }) => [account.id, account.clientId, secret]);

it(`keeps two tenants apart in ${requestsInAll} random requests (ATTACK_SEED=${seed})`, async () => {
  const service = await testApp({ maxAccountsPerTenant: 40 });
  const session = { service, cursors: [] };
  let effects = 0;
  const property = fc.asyncProperty(
    fc.array(request, { minLength: requestsInARow, maxLength: requestsInARow }),
    async (requests) => {
      for (const wanted of requests) {
        const [own, other] = [wanted.caller, otherThan(wanted.caller)];
        const before = { own: stateOf(service.keycloak, own), other: stateOf(service.keycloak, other) };
        const { status, body: answer, asked } = await send(session, wanted);
        const words = JSON.stringify(answer ?? '');
        expect(status, asked).toBeLessThan(500);
        expect(stateOf(service.keycloak, other), asked).toBe(before.other);
        for (const secret of secretsOf(service.keycloak, other)) {
          if (!asked.toLowerCase().includes(secret)) expect(words, asked).not.toContain(secret);
        }
        if (!wanted.ownPath) expect([400, 401, 403, 404, 405], asked).toContain(status);
        if (stateOf(service.keycloak, own) !== before.own) effects += 1;
      }
    },
  );
  await fc.assert(property, { seed, numRuns: Math.ceil(requestsInAll / requestsInARow), endOnFailure: true });
  // Requests that all fail would show nothing.
  expect(effects).toBeGreaterThan(requestsInAll / 100);
}, 300_000);
