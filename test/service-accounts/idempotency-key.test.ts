import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { pathOf, people, rolesOf, stateOf } from '../support/accounts.ts';
import { inject } from '../support/faults.ts';
import { type Person, type TestApp, testApp } from '../support/test-app.ts';

const headers = { 'idempotency-key': 'first-key' };
const body = { username: 'Zapier sync', mode: 'agent' };
const replayed = { 'idempotency-replayed': 'true' };
const minuteMs = 60_000;

function create(service: TestApp, overrides: object = {}, person: Person = {}, key = headers) {
  const path = `/${person.tenantId ?? 'acme'}/service-accounts`;
  return service.request({ ...person, method: 'POST', path, headers: key, body: { ...body, ...overrides } });
}

const regenerate = (service: TestApp, id: string, options: object = {}) =>
  service.request({ method: 'POST', path: `${pathOf(id)}/regenerate-secret`, headers, ...options });

const secretOf = ({ keycloak }: TestApp, id: string) => keycloak.clients.get(id)?.secret;

/** The clock, so many minutes on. */
function after(minutes: number): void {
  onTestFinished(() => void vi.useRealTimers());
  vi.useFakeTimers({ now: Date.now() + minutes * minuteMs, toFake: ['Date'] });
}

describe('a create with an Idempotency-Key', () => {
  it('makes one account however often it is sent, each time with a secret that works', async () => {
    const service = await testApp();
    const first = await create(service);
    expect(first).toMatchObject({ status: 201 });
    expect(first.headers).not.toHaveProperty('idempotency-replayed');
    const second = await create(service);
    expect(second).toMatchObject({ status: 201, headers: replayed, body: { id: first.body.id } });
    expect(second.body.clientSecret).not.toBe(first.body.clientSecret);
    expect(secretOf(service, first.body.id)).toBe(second.body.clientSecret);
    expect(service.keycloak.clients.size).toBe(1);
    expect(second.headers).toMatchObject({ location: first.headers.location });
  });

  it('makes one account when it is sent many times at once', async () => {
    const service = await testApp();
    const answers = await Promise.all(Array.from({ length: 5 }, () => create(service)));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
    expect(service.keycloak.clients.size).toBe(1);
    const secrets = answers.map((answer) => answer.body.clientSecret);
    expect(secrets).toContain(secretOf(service, answers[0]?.body.id));
  });

  it.each(['createClient', 'assignTenantAndRoles', 'finishAccount'] as const)(
    'finishes what a crash after %s left half made',
    async (method) => {
      const service = await testApp();
      const dead = new Error('the process is gone');
      let isDead = false;
      service.keycloak.afterCall = (called) => {
        if (called === method) isDead = true;
        if (isDead) throw dead;
      };
      service.keycloak.beforeCall = () => {
        if (isDead) throw dead;
      };
      expect((await create(service)).status).toBeGreaterThanOrEqual(500);
      inject(service.keycloak);
      service.keycloak.locks.clear();
      const answer = await create(service);
      expect(answer).toMatchObject({ status: 201, headers: replayed });
      expect(answer.body).toMatchObject({ mode: 'agent', status: 'active' });
      expect(secretOf(service, answer.body.id)).toBe(answer.body.clientSecret);
      expect(rolesOf(service, answer.body.id)).toEqual(['mode-agent']);
      expect(service.keycloak.clients.get(answer.body.id)?.tenantInToken).toBe('acme');
      expect(service.keycloak.clients.size).toBe(1);
      const seen = await service.request({ path: pathOf(answer.body.id) });
      expect(seen.body.version).toBe(answer.body.version);
    },
  );

  it('is refused under a key of another body, and changes nothing', async () => {
    const service = await testApp();
    await create(service);
    const before = stateOf(service);
    expect(await create(service, { description: 'other' })).toMatchObject({
      status: 422,
      body: { code: 'idempotency-key-reused' },
    });
    expect(stateOf(service)).toEqual(before);
  });

  it.each([
    ['after ten minutes', async () => after(11)],
    [
      'when the secret was regenerated since',
      async (service: TestApp, id: string) => {
        await regenerate(service, id, { headers: {} });
      },
    ],
    [
      'when the account was deleted since',
      async (service: TestApp, id: string) => {
        await service.request({ method: 'DELETE', path: pathOf(id) });
      },
    ],
  ])('shows no secret any more %s', async (_name, happens) => {
    const service = await testApp();
    const { id } = (await create(service)).body;
    await happens(service, id);
    const before = stateOf(service);
    const answer = await create(service);
    expect(answer).toMatchObject({ status: 409, body: { code: 'idempotency-key-spent' } });
    expect(JSON.stringify(answer)).not.toContain('orki_sa_');
    expect(stateOf(service)).toEqual(before);
  });

  it.each<[string, Person]>([
    ['person', { claims: { sub: 'somebody else' } }],
    ['client', { claims: { azp: 'another-client' } }],
    ['tenant', { tenantId: 'globex' }],
  ])("gets nothing of another %s's under the same key", async (_name, person) => {
    const service = await testApp();
    const first = await create(service);
    const answer = await create(service, { username: 'Another' }, person);
    expect(answer.status).toBe(201);
    expect(answer.body.id).not.toBe(first.body.id);
    expect(answer.headers).not.toHaveProperty('idempotency-replayed');
    expect(secretOf(service, first.body.id)).toBe(first.body.clientSecret);
  });

  it('checks the rights again: the account may have more by now than the caller holds', async () => {
    const service = await testApp();
    const agent = { grant: people.agent.grant, claims: { sub: 'the agent' } };
    const { id } = (await create(service, {}, agent)).body;
    await service.request({ method: 'PATCH', path: pathOf(id), body: { mode: 'admin' } });
    const before = stateOf(service);
    expect(await create(service, {}, agent)).toMatchObject({
      status: 403,
      body: { code: 'permission-missing' },
    });
    expect(stateOf(service)).toEqual(before);
  });

  it('is told that another change is under way while the first is', async () => {
    const service = await testApp();
    const { id } = (await create(service)).body;
    service.keycloak.locks.add(`acme/${id}`);
    expect(await create(service)).toMatchObject({ status: 409, body: { code: 'change-in-progress' } });
  });

  it('leaves no key behind when it is refused', async () => {
    const service = await testApp();
    await create(service, {}, {}, { 'idempotency-key': 'other' });
    expect((await create(service)).body.code).toBe('username-taken');
    expect((await create(service, { username: 'Free' })).status).toBe(201);
  });

  it.each(['', 'x'.repeat(65), 'with space', 'ünï', 'tab\t'])(
    'wants a well-formed key, not %j',
    async (key) => {
      const service = await testApp();
      const answer = await create(service, {}, {}, { 'idempotency-key': key });
      expect(answer).toMatchObject({
        status: 400,
        body: { errors: [{ in: 'header', pointer: '/idempotency-key' }] },
      });
      expect(service.keycloak.clients.size).toBe(0);
    },
  );
});

describe('regenerating with an Idempotency-Key', () => {
  async function one() {
    const service = await testApp();
    const { id } = (await create(service, {}, {}, { 'idempotency-key': 'of-the-create' })).body;
    return { service, id };
  }

  it('can be repeated, each time with a secret that works', async () => {
    const { service, id } = await one();
    const first = await regenerate(service, id);
    expect(first.headers).not.toHaveProperty('idempotency-replayed');
    const second = await regenerate(service, id);
    expect(second).toMatchObject({ status: 200, headers: replayed });
    expect(second.body.clientSecret).not.toBe(first.body.clientSecret);
    expect(secretOf(service, id)).toBe(second.body.clientSecret);
  });

  it('can be repeated with the condition that was met the first time', async () => {
    const { service, id } = await one();
    const etag = (await service.request({ path: pathOf(id) })).headers.etag as string;
    const conditional = { headers: { ...headers, 'if-match': etag } };
    expect((await regenerate(service, id, conditional)).status).toBe(200);
    expect(await regenerate(service, id, conditional)).toMatchObject({ status: 200, headers: replayed });
  });

  it.each([
    ['after ten minutes', async () => after(11)],
    [
      'when another key set the secret since',
      async (service: TestApp, id: string) => {
        await regenerate(service, id, { headers: { 'idempotency-key': 'second-key' } });
      },
    ],
    [
      'when it was set without a key since',
      async (service: TestApp, id: string) => {
        await regenerate(service, id, { headers: {} });
      },
    ],
  ])('shows no secret any more %s', async (_name, happens) => {
    const { service, id } = await one();
    await regenerate(service, id);
    await happens(service, id);
    const before = stateOf(service);
    expect(await regenerate(service, id)).toMatchObject({
      status: 409,
      body: { code: 'idempotency-key-spent' },
    });
    expect(stateOf(service)).toEqual(before);
  });

  it('is another request for another account and for another caller', async () => {
    const { service, id } = await one();
    const other = (await create(service, { username: 'other' })).body.id;
    await regenerate(service, id);
    for (const answer of [
      await regenerate(service, other),
      await regenerate(service, id, { claims: { sub: 'somebody else' } }),
    ]) {
      expect(answer.status).toBe(200);
      expect(answer.headers).not.toHaveProperty('idempotency-replayed');
    }
  });
});
