import { expect, it, vi } from 'vitest';
import { callsOnOne, create, created, pathOf, people, stateOf } from '../support/accounts.ts';
import { type Person, type RequestOptions, type TestApp, testApp } from '../support/test-app.ts';

const rotateOwn = 'service-accounts:rotate-own';
const missing = { status: 403, body: { code: 'permission-missing' } };
const outdated = { status: 401, body: { code: 'invalid-token' } };

interface Rotation extends Pick<RequestOptions, 'body' | 'headers'> {
  readonly id?: string;
}

/** An account that may rotate its own secret, and a token that it obtained `tokenAgeSeconds` after its secret was set. */
async function withRotator(permissions: string[] = [rotateOwn, 'customers:read'], tokenAgeSeconds = 1) {
  const service = await testApp();
  const account = await created(service, { username: 'robot', mode: 'custom', permissions });
  const tokenAfter = (secretCreatedAt: string, seconds = 1): Person => ({
    grant: permissions,
    claims: {
      azp: account.clientId,
      sub: 'user-of-robot',
      preferred_username: `service-account-${account.clientId}`,
      iat: Math.floor(Date.parse(secretCreatedAt) / 1000) + seconds,
    },
  });
  const rotate = (person: Person, { id = account.id, ...more }: Rotation = {}) =>
    service.request({ ...person, method: 'POST', path: `${pathOf(id)}/regenerate-secret`, ...more });
  const person = tokenAfter(account.secretCreatedAt, tokenAgeSeconds);
  return { service, account, person, tokenAfter, rotate };
}

async function expectUnchanged(service: TestApp, call: () => Promise<unknown>): Promise<void> {
  const before = stateOf(service);
  await call();
  expect(stateOf(service)).toEqual(before);
}

it('replaces its own secret, with an overlap if it likes, and is named as the one who did it', async () => {
  const { service, account, person, rotate } = await withRotator();
  const answer = await rotate(person, { body: { overlapSeconds: 600 } });
  expect(answer).toMatchObject({
    status: 200,
    body: {
      id: account.id,
      clientSecret: expect.stringMatching(/^orki_sa_/),
      previousSecret: { hint: account.secretHint },
      permissions: ['customers:read', rotateOwn],
      updatedBy: { subject: 'user-of-robot' },
    },
  });
  expect(service.audit.at(-1)).toMatchObject({ action: 'regenerate-secret', outcome: 'done' });
});

it('may leave the body out, as everybody may', async () => {
  const { person, rotate } = await withRotator();
  expect(await rotate(person)).toMatchObject({ status: 200, body: { previousSecret: null } });
});

const others = callsOnOne.filter(({ below }) => below !== '/regenerate-secret');
it.each(others)('may not $method …$below, not even on itself', async ({ method, below, ...rest }) => {
  const { service, account, person } = await withRotator();
  await expectUnchanged(service, async () => {
    const path = `${pathOf(account.id)}${below}`;
    expect(await service.request({ ...person, method, path, ...rest })).toMatchObject(missing);
  });
});

it('may not list, create, or read the catalogue', async () => {
  const { service, person } = await withRotator();
  await expectUnchanged(service, async () => {
    expect(await service.request({ ...person })).toMatchObject(missing);
    expect(await service.request({ ...person, path: '/acme/permissions' })).toMatchObject(missing);
    const body = { username: 'more', mode: 'custom', permissions: [rotateOwn] };
    expect(await create(service, body, person)).toMatchObject(missing);
  });
});

it('gets the same 403 for an account of its tenant, one of another and one that there is none of, and no look at any', async () => {
  const { service, person, rotate } = await withRotator();
  const neighbour = await created(service, {
    username: 'neighbour',
    mode: 'custom',
    permissions: [rotateOwn],
  });
  const foreign = await created(service, { username: 'foreign' }, people.globexAdmin);
  await expectUnchanged(service, async () => {
    const bodies = [];
    for (const id of [neighbour.id, foreign.id, '0b0e7f43-8a9d-4c6e-9a54-3c1b1f3c2f11']) {
      const before = service.keycloak.calls.length;
      const answer = await rotate(person, { id });
      expect(answer).toMatchObject(missing);
      expect(service.keycloak.calls.slice(before)).toEqual(['findAccountByClientId']);
      const { requestId: _, ...rest } = answer.body;
      bodies.push(rest);
    }
    expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1);
  });
});

it.each([
  { secretExpiresAt: null },
  { secretExpiresAt: '2099-01-01T00:00:00Z' },
  { secretLifetimeDays: 3650 },
  { revokeTokens: true },
])('has no say in when the secret ends: %j', async (expiry) => {
  const { service, person, rotate } = await withRotator();
  await expectUnchanged(service, async () => {
    const answer = await rotate(person, { body: { overlapSeconds: 60, ...expiry } });
    expect(answer).toMatchObject(missing);
    expect(answer.body.detail).toContain(Object.keys(expiry)[0]);
  });
});

it('gets a secret that lasts as long as the one before was made to', async () => {
  const service = await testApp();
  const body = { username: 'robot', mode: 'custom', permissions: [rotateOwn], secretLifetimeDays: 30 };
  const account = await created(service, body);
  const person: Person = {
    grant: [rotateOwn],
    claims: { azp: account.clientId, iat: Math.floor(Date.parse(account.secretCreatedAt) / 1000) + 1 },
  };
  const path = `${pathOf(account.id)}/regenerate-secret`;
  const { secretExpiresAt, secretCreatedAt } = (await service.request({ ...person, method: 'POST', path }))
    .body;
  const days = (Date.parse(secretExpiresAt) - Date.parse(secretCreatedAt)) / 86_400_000;
  expect(days).toBeCloseTo(30, 3);
});

it.each([
  { mode: 'admin' },
  { permissions: ['customers:read', 'team:write'] },
  { secret: 'orki_sa_mine' },
  { enabled: true },
  { attributes: {} },
  { tenantId: 'globex' },
])('gets a 400 for a field that is none of regenerate: %j', async (field) => {
  const { service, person, rotate } = await withRotator();
  await expectUnchanged(service, async () => {
    expect((await rotate(person, { body: field })).status).toBe(400);
  });
});

it('is refused while the account has rights that the token lacks', async () => {
  const { service, account, person, rotate } = await withRotator();
  service.keycloak.clients.get(account.id)?.roles.add('team:write');
  await expectUnchanged(service, async () => expect(await rotate(person)).toMatchObject(missing));
});

it('is refused once the account is inactive, though its token lives on', async () => {
  const { service, account, person, rotate } = await withRotator();
  await service.request({ method: 'POST', path: `${pathOf(account.id)}/deactivate` });
  await expectUnchanged(service, async () => expect(await rotate(person)).toMatchObject(outdated));
});

it('is refused with a token from before somebody else replaced the secret, or of the same second', async () => {
  const { service, account, person, tokenAfter, rotate } = await withRotator();
  vi.useFakeTimers({ now: Date.now() + 5000, toFake: ['Date'] });
  try {
    const path = `${pathOf(account.id)}/regenerate-secret`;
    const { secretCreatedAt } = (await service.request({ method: 'POST', path })).body;
    await expectUnchanged(service, async () => {
      for (const stale of [person, tokenAfter(secretCreatedAt, 0)]) {
        const answer = await rotate(stale);
        expect(answer).toMatchObject(outdated);
        expect(answer.headers['www-authenticate']).toContain('error="invalid_token"');
      }
    });
    expect(await rotate(tokenAfter(secretCreatedAt))).toMatchObject({ status: 200 });
  } finally {
    vi.useRealTimers();
  }
});

it('may repeat a rotation by its key with the token of the first time, until somebody else has replaced the secret', async () => {
  const { service, account, person, rotate } = await withRotator();
  const headers = { 'idempotency-key': 'rotation-1' };
  expect(await rotate(person, { headers })).toMatchObject({ status: 200 });
  const again = await rotate(person, { headers });
  expect(again).toMatchObject({ status: 200, headers: { 'idempotency-replayed': 'true' } });
  await service.request({ method: 'POST', path: `${pathOf(account.id)}/regenerate-secret` });
  expect(await rotate(person, { headers })).toMatchObject({ status: 409 });
});

it('is nothing that a person can do, who has no account', async () => {
  const { service, account, rotate } = await withRotator();
  await expectUnchanged(service, async () => {
    expect(await rotate({ grant: [rotateOwn, 'customers:read'] })).toMatchObject(missing);
    expect(await rotate({ grant: [rotateOwn], claims: { sub: account.id } })).toMatchObject(missing);
  });
});

it('is a permission that an administrator may grant, and a writer only who holds it', async () => {
  const service = await testApp();
  const body = { mode: 'custom', permissions: [rotateOwn] };
  expect(await create(service, { ...body, username: 'a' }, people.writer)).toMatchObject(missing);
  const holder = { grant: ['service-accounts:write', rotateOwn] };
  expect(await create(service, { ...body, username: 'b' }, holder)).toMatchObject({ status: 201 });
  expect(await create(service, { ...body, username: 'c' })).toMatchObject({ status: 201 });
});
