import { afterEach, describe, expect, it, vi } from 'vitest';
import { created, edit, pathOf } from '../support/accounts.ts';
import { type RequestOptions, type TestApp, testApp } from '../support/test-app.ts';

const dayMs = 86_400_000;
afterEach(() => void vi.useRealTimers());
const post = (service: TestApp, id: string, verb: string, body?: unknown, options: RequestOptions = {}) =>
  service.request({ ...options, method: 'POST', path: `${pathOf(id)}/${verb}`, body });
const regenerate = (service: TestApp, id: string, body?: unknown, options: RequestOptions = {}) =>
  post(service, id, 'regenerate-secret', body, options);
const read = async (service: TestApp, id: string) => (await service.request({ path: pathOf(id) })).body;
const create = (service: TestApp, body: object) =>
  service.request({ method: 'POST', body: { username: 'Ends', mode: 'agent', ...body } });
const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
const daysUntil = (time: string) => (Date.parse(time) - Date.now()) / dayMs;
/** Makes an hour pass, as far as times are compared. */
function anHourLater() {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
}

describe('the end of a secret', () => {
  it('is none unless somebody asks for one', async () => {
    const service = await testApp();
    const { id } = await created(service);
    expect(await read(service, id)).toMatchObject({ secretExpiresAt: null, secretExpired: false });
    expect((await regenerate(service, id)).body.secretExpiresAt).toBeNull();
  });

  it('is the time that was asked for, in whole seconds of UTC, and in every answer', async () => {
    const service = await testApp();
    const asked = '2099-01-31T12:00:00.900+02:00';
    const { status, body } = await create(service, { secretExpiresAt: asked });
    expect(status).toBe(201);
    expect(body.secretExpiresAt).toBe('2099-01-31T10:00:00.000Z');
    expect((await read(service, body.id)).secretExpiresAt).toBe(body.secretExpiresAt);
    expect((await edit(service, body.id, { description: 'x' })).body.secretExpiresAt).toBe(
      body.secretExpiresAt,
    );
  });

  it('may be given in days from now, when creating and when regenerating', async () => {
    const service = await testApp();
    const { body } = await create(service, { secretLifetimeDays: 90 });
    expect(daysUntil(body.secretExpiresAt)).toBeCloseTo(90, 2);
    const renewed = await regenerate(service, body.id, { secretLifetimeDays: 7 });
    expect(daysUntil(renewed.body.secretExpiresAt)).toBeCloseTo(7, 2);
  });

  it('of a regenerated secret is as far away as that of the one before was made, unless it is taken away', async () => {
    const service = await testApp();
    const { body } = await create(service, { secretLifetimeDays: 90 });
    expect(daysUntil((await regenerate(service, body.id)).body.secretExpiresAt)).toBeCloseTo(90, 2);
    expect((await regenerate(service, body.id, { secretExpiresAt: null })).body.secretExpiresAt).toBeNull();
  });

  it.each([
    [{ secretExpiresAt: '2020-01-01T00:00:00Z' }, '/secretExpiresAt', 'past'],
    [{ secretExpiresAt: '2099-01-01' }, '/secretExpiresAt', undefined],
    [{ secretLifetimeDays: 0 }, '/secretLifetimeDays', undefined],
    [{ secretLifetimeDays: 3651 }, '/secretLifetimeDays', undefined],
    [{ secretLifetimeDays: 1, secretExpiresAt: '2099-01-01T00:00:00Z' }, '/secretLifetimeDays', 'ambiguous'],
  ])('is refused where it makes no sense: %j', async (body, pointer, code) => {
    const service = await testApp();
    const error = code === undefined ? { pointer } : { pointer, code };
    const refused = { status: 400, body: { errors: [error] } };
    expect(await create(service, body)).toMatchObject(refused);
    const { id, version } = await created(service);
    expect(await regenerate(service, id, body)).toMatchObject(refused);
    expect((await read(service, id)).version).toBe(version);
  });

  it('is the latest that the operator allows where nobody says, and never later', async () => {
    const service = await testApp({ maxSecretLifetimeDays: 30 });
    const { body } = await create(service, {});
    expect(daysUntil(body.secretExpiresAt)).toBeCloseTo(30, 2);
    for (const beyond of [
      { secretLifetimeDays: 31 },
      { secretExpiresAt: null },
      { secretExpiresAt: inMs(31 * dayMs) },
    ]) {
      expect(await regenerate(service, body.id, beyond)).toMatchObject({ status: 400 });
    }
    const shorter = await regenerate(service, body.id, { secretLifetimeDays: 7 });
    expect(daysUntil(shorter.body.secretExpiresAt)).toBeCloseTo(7, 2);
  });

  it('where Keycloak ends no secrets is a 409 that changes nothing', async () => {
    const service = await testApp();
    const { id, version } = await created(service);
    service.keycloak.canRotateSecrets = false;
    const refused = { status: 409, body: { code: 'secret-expiry-unavailable' } };
    expect(await create(service, { secretLifetimeDays: 7 })).toMatchObject(refused);
    expect(await regenerate(service, id, { secretLifetimeDays: 7 })).toMatchObject(refused);
    expect((await read(service, id)).version).toBe(version);
    expect(service.keycloak.clients.size).toBe(1);
  });

  it('is not put off by repeating a request with its key', async () => {
    const service = await testApp();
    const creation = {
      headers: { 'idempotency-key': 'creation' },
      body: { username: 'Ends', mode: 'agent', secretLifetimeDays: 1 },
    };
    const first = (await service.request({ method: 'POST', ...creation })).body;
    const again = (await service.request({ method: 'POST', ...creation })).body;
    expect(again.secretExpiresAt).toBe(first.secretExpiresAt);
    const headers = { 'idempotency-key': 'rotation' };
    const rotated = (await regenerate(service, first.id, { secretLifetimeDays: 2 }, { headers })).body;
    const repeated = (await regenerate(service, first.id, { secretLifetimeDays: 2 }, { headers })).body;
    expect(repeated.secretExpiresAt).toBe(rotated.secretExpiresAt);
  });
});

describe('an overlap with secrets that end', () => {
  it('is over when the old secret ends, or the new one', async () => {
    const service = await testApp();
    const { body: first } = await create(service, { secretExpiresAt: inMs(3_600_000) });
    const overlap = { overlapSeconds: 86_400, secretExpiresAt: inMs(1_800_000) };
    const second = (await regenerate(service, first.id, { ...overlap, secretLifetimeDays: undefined })).body;
    expect(second.previousSecret.validUntil).toBe(second.secretExpiresAt);
    const third = (await regenerate(service, first.id, { overlapSeconds: 86_400, secretLifetimeDays: 7 }))
      .body;
    expect(third.previousSecret).toEqual({ hint: second.secretHint, validUntil: second.secretExpiresAt });
  });

  it('does not bring a secret back that has ended', async () => {
    const service = await testApp();
    const { body: first } = await create(service, { secretExpiresAt: inMs(600_000) });
    anHourLater();
    const second = (await regenerate(service, first.id, { overlapSeconds: 86_400, secretLifetimeDays: 7 }))
      .body;
    expect(second).toMatchObject({ previousSecret: null, secretExpired: false });
    expect(service.keycloak.clients.get(first.id)?.rotatedSecret).toBeUndefined();
  });
});

describe('an account whose secret has ended', () => {
  it('is expired, has another version, and is so after an edit, and after being inactive', async () => {
    const service = await testApp();
    const { body: account } = await create(service, { secretExpiresAt: inMs(600_000) });
    anHourLater();
    const expired = await read(service, account.id);
    expect(expired).toMatchObject({
      status: 'active',
      secretExpired: true,
      secretExpiresAt: account.secretExpiresAt,
    });
    expect(expired.version).not.toBe(account.version);
    const path = pathOf(account.id);
    const headers = { 'if-match': `"${account.version}"` };
    const late = await service.request({ method: 'PATCH', path, body: { description: 'x' }, headers });
    expect(late.status).toBe(412);
    expect((await edit(service, account.id, { description: 'x' })).body.secretExpired).toBe(true);
    expect((await post(service, account.id, 'deactivate')).body).toMatchObject({ secretExpired: true });
    expect((await post(service, account.id, 'activate')).body.secretExpired).toBe(true);
    expect(await read(service, account.id)).toMatchObject({ secretExpiresAt: account.secretExpiresAt });
  });

  it('is found by its status and by the time of its end, page after page', async () => {
    const service = await testApp();
    const made = async (username: string, body: object) =>
      (await create(service, { username, ...body })).body.id;
    const ended = await made('ended', { secretExpiresAt: inMs(600_000) });
    const ending = await made('ending', { secretLifetimeDays: 10 });
    const endless = await made('endless', {});
    const inactive = await made('inactive', { secretExpiresAt: inMs(600_000) });
    await post(service, inactive, 'deactivate');
    anHourLater();
    const find = async (query: string) => {
      const { body } = await service.request({ path: `/acme/service-accounts?${query}` });
      return body.items.map(({ id }: { id: string }) => id);
    };
    const asText = (ids: string[]) => [...ids].sort();
    expect(await find('status=expired')).toEqual([ended]);
    expect(asText(await find('status=active'))).toEqual(asText([ended, ending, endless]));
    expect(await find('status=inactive')).toEqual([inactive]);
    const soon = encodeURIComponent(inMs(11 * dayMs));
    expect(asText(await find(`expiresBefore=${soon}`))).toEqual(asText([ended, ending, inactive]));
    expect(await find(`expiresBefore=${soon}&status=expired`)).toEqual([ended]);
    const now = encodeURIComponent(inMs(0));
    expect(await find(`expiresAfter=${now}`)).toEqual([ending]);
    expect(await find(`expiresAfter=${soon}`)).toEqual([]);
    expect(await find(`status=active&expiresAfter=${now}&expiresBefore=${soon}`)).toEqual([ending]);
    const page = (await service.request({ path: `/acme/service-accounts?expiresBefore=${soon}&limit=2` }))
      .body;
    const rest = `/acme/service-accounts?expiresBefore=${soon}&limit=2&cursor=${page.nextCursor}`;
    expect((await service.request({ path: rest })).body.items).toHaveLength(1);
    expect((await service.request({ path: `/acme/service-accounts?cursor=${page.nextCursor}` })).status).toBe(
      400,
    );
    expect((await service.request({ path: '/acme/service-accounts?expiresBefore=soon' })).status).toBe(400);
  });

  it('says in its audit record when the secret ends', async () => {
    const service = await testApp();
    const { body } = await create(service, { secretLifetimeDays: 1 });
    expect(service.audit.at(-1)?.after).toMatchObject({ secretExpiresAt: body.secretExpiresAt });
  });
});
