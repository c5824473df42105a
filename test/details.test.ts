import { describe, expect, it } from 'vitest';
import type { AppDependencies } from '../src/app.ts';
import {
  type ErrorCode,
  errorTable,
  halfDone,
  keycloakUnavailable,
  outcomeUnknown,
  type ServiceError,
} from '../src/errors.ts';
import { create, created, edit, pathOf, people } from './support/accounts.ts';
import { type Answer, type RequestOptions, type TestApp, testApp } from './support/test-app.ts';

/* Every problem says, in `detail`, what a person needs in order to act. */

type Provocation = (service: TestApp) => Promise<Answer>;

const withText =
  (body: string): Provocation =>
  (service) =>
    service.request({ method: 'POST', headers: { 'content-type': 'application/json' }, body });
const send =
  (options: RequestOptions): Provocation =>
  (service) =>
    service.request(options);
const failingWith =
  (error: () => Error): Provocation =>
  (service) => {
    service.keycloak.beforeCall = () => {
      throw error();
    };
    return service.request({});
  };
const keyed = (body: object): RequestOptions => ({
  method: 'POST',
  headers: { 'idempotency-key': 'k' },
  body,
});

/** Regenerates the secret of an account with this body, under a Keycloak that can rotate secrets or can't. */
const rotatedWith =
  (body: unknown, canRotateSecrets = true): Provocation =>
  async (service) => {
    service.keycloak.canRotateSecrets = canRotateSecrets;
    const { id } = await created(service);
    return service.request({ method: 'POST', path: `${pathOf(id)}/regenerate-secret`, body });
  };

/** At least one request for each code, and the words that its detail has to have. */
const provocations: [
  code: ErrorCode,
  request: Provocation,
  words: string,
  settings?: Partial<AppDependencies>,
][] = [
  [
    'invalid-request',
    (service) => create(service, { mode: undefined }),
    'mode is needed: admin, agent or custom.',
  ],
  [
    'invalid-request',
    (service) => create(service, { mode: 'boss' }),
    'mode has to be admin, agent or custom, not "boss".',
  ],
  ['invalid-request', (service) => create(service, { username: 5 }), 'username has to be a string, not 5.'],
  ['invalid-request', (service) => create(service, { username: undefined }), 'username is needed.'],
  [
    'invalid-request',
    (service) => create(service, { usrename: 'x' }),
    'There is no field "usrename". Did you mean username?',
  ],
  [
    'invalid-request',
    (service) => create(service, { tokens: 1 }),
    'The fields are username, description, mode, permissions, credentials, secretExpiresAt and secretLifetimeDays.',
  ],
  [
    'invalid-request',
    (service) => create(service, { mode: 'custom' }),
    'permissions is needed in mode custom: an array of permission names.',
  ],
  [
    'invalid-request',
    (service) => create(service, { permissions: ['ai:use'] }),
    'leave it out in mode agent.',
  ],
  [
    'invalid-request',
    (service) => create(service, { mode: 'custom', permissions: ['customer:read'] }),
    '"customer:read" is not a permission. Did you mean customers:read?',
  ],
  [
    'invalid-request',
    (service) => create(service, { mode: 'custom', permissions: ['fly'] }),
    'GET …/permissions lists all permissions.',
  ],
  [
    'invalid-request',
    (service) => create(service, { mode: 'custom', permissions: [7] }),
    'permissions.0 has to be a string, not 7.',
  ],
  [
    'invalid-request',
    (service) => create(service, { mode: 'custom', permissions: ['x'.repeat(101)] }),
    'No permission has a name of more than 100',
  ],
  [
    'invalid-request',
    (service) => create(service, { mode: 'custom', permissions: {} }),
    'permissions has to be an array, not an object',
  ],
  [
    'invalid-request',
    (service) => create(service, { mode: 'custom', permissions: [] }),
    'at least one permission',
  ],
  [
    'invalid-request',
    (service) => create(service, { description: 'x'.repeat(501) }),
    'description has at most 500 characters.',
  ],
  [
    'invalid-request',
    (service) => create(service, { username: 'x'.repeat(65) }),
    'username has at most 64 characters.',
  ],
  ['invalid-request', withText('[]'), 'Send a JSON object with username and mode.'],
  ['invalid-request', send({ method: 'POST' }), 'Send a JSON object with username and mode.'],
  ['invalid-request', withText(''), 'Send a JSON object with username and mode.'],
  [
    'invalid-request',
    (service) => edit(service, '1b4f5a0e-6b1c-4c5e-9f0a-3d2b7c8e9f10', []),
    'Send a JSON object with what is to change: username, description, mode or permissions.',
  ],
  [
    'invalid-request',
    send({ path: '/acme/service-accounts?limit=500' }),
    'limit has to be a whole number from 1 to 100.',
  ],
  [
    'invalid-request',
    send({ path: '/acme/service-accounts?status=on' }),
    'status has to be active, inactive or expired, not "on".',
  ],
  ['invalid-request', send({ path: '/acme/service-accounts?cursor=x' }), 'Start again without one.'],
  ['invalid-request', send({ path: '/acme/service-accounts?page=2' }), 'There is no field "page".'],
  ['invalid-request', send({ path: pathOf('5') }), 'The id of a service account is a UUID, such as'],
  [
    'invalid-request',
    send({ path: '/ACME/service-accounts' }),
    "A tenant's name has 1 to 63 of the characters",
  ],
  ['invalid-request', send({ path: '/%zz/service-accounts' }), 'percent-encoded'],
  ['invalid-request', send({ path: `/${'x'.repeat(201)}/service-accounts` }), 'longer than 200 characters'],
  [
    'invalid-request',
    send({ ...keyed({ username: 'x', mode: 'agent' }), headers: { 'idempotency-key': 'two words' } }),
    'Idempotency-Key has to have',
  ],
  ['invalid-json', withText('{"username":\n  }'), '"}" is not allowed at line 2, column 3.'],
  ['invalid-json', withText('{"username":"x"'), 'ends before the JSON does'],
  ['invalid-json', withText(' '), 'only white space. Send a JSON object.'],
  ['invalid-json', withText('{"__proto__":1}'), '__proto__'],
  [
    'invalid-token',
    send({ headers: { authorization: 'Basic eDp5' } }),
    'uses Basic, and this service takes Bearer alone.',
  ],
  ['invalid-token', send({ headers: { authorization: 'Bearer' } }), 'no token after "Bearer"'],
  ['invalid-token', send({ headers: { authorization: 'Bearer "x"' } }), 'such as a space or a quote'],
  [
    'invalid-token',
    send({ headers: { authorization: 'eyJhbGciOiJFUzI1NiJ9.e30.x' } }),
    'does not begin with the word Bearer',
  ],
  ['invalid-token', send({ claims: { aud: 'account' } }), 'not one that this service accepts'],
  ['invalid-token', send({ claims: { tenant_id: undefined } }), 'tenant_id is missing'],
  [
    'missing-token',
    async ({ app }) => {
      const answer = await app.inject('/api/v1/tenants/acme/permissions');
      return { status: answer.statusCode, headers: answer.headers, body: answer.json() };
    },
    'Authorization: Bearer <access token>',
  ],
  [
    'wrong-tenant',
    send({ path: '/globex/service-accounts' }),
    'is for the tenant acme, and the path names globex.',
  ],
  [
    'tenant-off',
    (service) => {
      service.keycloak.tenantsOff.set('acme', new Date().toISOString());
      return create(service);
    },
    'switched off',
  ],
  ['permission-missing', (service) => create(service, {}, people.viewer), 'service-accounts:write'],
  ['permission-missing', (service) => create(service, { mode: 'admin' }, people.agent), 'mode-admin'],
  [
    'service-account-not-found',
    send({ path: pathOf('1b4f5a0e-6b1c-4c5e-9f0a-3d2b7c8e9f10') }),
    'no service account with this id',
  ],
  ['route-not-found', send({ path: '/acme/permissions/' }), 'Leave out the slash at its end.'],
  ['route-not-found', send({ path: '/acme/accounts' }), 'There is nothing at /api/v1/tenants/acme/accounts.'],
  ['method-not-allowed', send({ method: 'PUT' }), 'PUT is not allowed here. Allowed: GET, HEAD, POST.'],
  [
    'change-in-progress',
    (service) => {
      const reservation = { accountId: crypto.randomUUID(), reservedAt: new Date().toISOString() };
      service.keycloak.usernames.set('acme/zapier sync', reservation);
      return create(service);
    },
    'Try again in',
  ],
  [
    'username-taken',
    async (service) => {
      await created(service);
      return create(service);
    },
    'Another service account of this tenant has this username.',
  ],
  [
    'account-limit-reached',
    async (service) => {
      await created(service);
      return create(service, { username: 'second' });
    },
    'may have 1 service accounts',
    { maxAccountsPerTenant: 1 },
  ],
  [
    'idempotency-key-spent',
    async (service) => {
      const request = keyed({ username: 'Zapier sync', mode: 'agent' });
      const { id } = (await service.request(request)).body;
      await service.request({ method: 'DELETE', path: pathOf(id) });
      return service.request(request);
    },
    'use a new key',
  ],
  [
    'idempotency-key-reused',
    async (service) => {
      await service.request(keyed({ username: 'Zapier sync', mode: 'agent' }));
      return service.request(keyed({ username: 'Other', mode: 'agent' }));
    },
    'Use a new Idempotency-Key',
  ],
  [
    'precondition-failed',
    async (service) => {
      const { id } = await created(service);
      return service.request({ method: 'DELETE', path: pathOf(id), headers: { 'if-match': '"old"' } });
    },
    'Read it again',
  ],
  [
    'invalid-request',
    (service) => create(service, { secretLifetimeDays: 1.5 }),
    'secretLifetimeDays has to be a whole number, not 1.5.',
  ],
  ['invalid-request', (service) => create(service, { secretLifetimeDays: 0 }), 'has to be at least 1.'],
  ['invalid-request', (service) => create(service, { secretLifetimeDays: 4000 }), 'has to be at most 3650.'],
  [
    'invalid-request',
    (service) => create(service, { secretExpiresAt: 'tomorrow' }),
    'secretExpiresAt has to be a time with its offset, such as 2027-01-31T12:00:00Z.',
  ],
  [
    'invalid-request',
    (service) => create(service, { secretExpiresAt: '2020-01-31T12:00:00Z' }),
    'secretExpiresAt has to be later than now.',
  ],
  [
    'invalid-request',
    (service) => create(service, { secretExpiresAt: null, secretLifetimeDays: 5 }),
    'Send secretExpiresAt or secretLifetimeDays, not both.',
  ],
  [
    'invalid-request',
    (service) => create(service, { secretLifetimeDays: 31 }),
    'A secret may last at most 30 days. Choose an earlier end, or leave secretLifetimeDays out.',
    { maxSecretLifetimeDays: 30 },
  ],
  [
    'invalid-request',
    send({ path: '/acme/service-accounts?expiresBefore=soon' }),
    'expiresBefore has to be a time with its offset',
  ],
  ['invalid-request', rotatedWith({ overlapSeconds: -1 }), 'overlapSeconds has to be at least 0.'],
  ['invalid-request', rotatedWith({ overlapSeconds: 604_801 }), 'at most 604800, which is seven days.'],
  ['invalid-request', rotatedWith({ overlapSecond: 5 }), 'Did you mean overlapSeconds?'],
  [
    'invalid-request',
    rotatedWith([]),
    'Send no body, or a JSON object with overlapSeconds, revokeTokens, secretExpiresAt or secretLifetimeDays.',
  ],
  ['overlap-unavailable', rotatedWith({ overlapSeconds: 60 }, false), 'Leave out overlapSeconds'],
  ['secret-expiry-unavailable', rotatedWith({ secretLifetimeDays: 5 }, false), 'Leave out secretExpiresAt'],
  ['body-too-large', (service) => create(service, { description: 'x'.repeat(70_000) }), 'at most 64 KiB'],
  [
    'unsupported-media-type',
    send({ method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'x' }),
    'Content-Type: application/json',
  ],
  [
    'rate-limited',
    async (service) => {
      await service.request({});
      return service.request({});
    },
    'too many requests',
    { rateLimits: { perCallerPerMinute: 1, perTenantPerMinute: 100 } },
  ],
  [
    'signature-invalid',
    async ({ app }) => {
      const { statusCode, headers, body } = await app.inject({
        method: 'POST',
        url: '/api/v1/leaks',
        payload: [],
      });
      return { status: statusCode, headers, body: JSON.parse(body) };
    },
    'Sign the body with a key that is configured here',
    { leaks: { keys: new Map(), handle: async () => undefined } },
  ],
  ['internal-error', failingWith(() => new TypeError('canary')), 'report it with the requestId'],
  ['keycloak-unavailable', failingWith(() => keycloakUnavailable(undefined)), 'Try again in a few seconds.'],
  ['half-done', failingWith(() => halfDone(undefined)), 'Send the request again'],
  ['outcome-unknown', failingWith(() => outcomeUnknown(undefined)), 'Read the account to find out'],
];

/** Words of validators and parsers, which say how something was checked and not what is wrong. */
const jargon =
  /expected|received|invalid (input|option|string|type|key)|too (big|small)|pattern|regex|must match|unrecognized|undefined|\bNaN\b|zod|instanceof|unexpected token|position \d|>=|<=|\[object/i;

describe('the detail of a problem', () => {
  it.each(provocations)('%s says what to do (%#)', async (code, provoke, words, settings) => {
    const { body } = await provoke(await testApp(settings));
    expect(body.code).toBe(code);
    expect(body.detail).toContain(words);
    for (const text of [body.detail, ...(body.errors ?? []).map((error: ServiceError) => error.detail)]) {
      expect(text).toMatch(/^\S.*[.?]$/);
      expect(text).not.toMatch(jargon);
      expect(text).not.toMatch(/eyJ|eDp5|canary/);
    }
  });

  it('is looked at for every code that there is', () => {
    expect(new Set(provocations.map(([code]) => code))).toEqual(new Set(Object.keys(errorTable)));
  });

  it('is found for a field that is nested too deep to be written out', async () => {
    const body = `{"username":${'['.repeat(30_000)}${']'.repeat(30_000)},"mode":"agent"}`;
    const answer = await withText(body)(await testApp());
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
    expect(answer.body.detail).toContain('username has to be a string, not an array.');
  });

  it('does not repeat what is as long as a secret', async () => {
    const secret = `orki_sa_${'x'.repeat(49)}`;
    const { body } = await create(await testApp(), { mode: secret, description: [secret] });
    expect(body.errors).toHaveLength(2);
    expect(JSON.stringify(body)).not.toContain(secret.slice(0, 20));
  });
});
