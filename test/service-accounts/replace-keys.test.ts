import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { create, created, pathOf } from '../support/accounts.ts';
import { type RequestOptions, type TestApp, testApp } from '../support/test-app.ts';

const newKey = (kid: string) => ({
  ...generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }),
  kid,
});
const [now, next] = [newKey('now'), newKey('next')];
const stored = (key: object) => ({ ...key, alg: 'EdDSA', use: 'sig' });
const withKeys = (...keys: object[]) => ({ credentials: { type: 'jwks', keys } });

const put = (service: TestApp, id: string, keys: unknown, options: RequestOptions = {}) =>
  service.request({ ...options, method: 'PUT', path: `${pathOf(id)}/keys`, body: { keys } });
const regenerate = (service: TestApp, id: string, body?: unknown, options: RequestOptions = {}) =>
  service.request({ ...options, method: 'POST', path: `${pathOf(id)}/regenerate-secret`, body });
const read = async (service: TestApp, id: string) => (await service.request({ path: pathOf(id) })).body;

describe('creating an account with keys', () => {
  it('answers without a secret, and shows the keys in every answer', async () => {
    const service = await testApp();
    const { status, body } = await create(service, withKeys(now));
    expect(status).toBe(201);
    const credentials = { type: 'jwks', keys: [stored(now)] };
    const shown = { credentials, secretHint: null, secretExpiresAt: null, previousSecret: null };
    expect(body).toMatchObject({ ...shown, clientSecret: null, endedSecretHints: [] });
    const { clientSecret: _, endedSecretHints: __, tokenUrl: ___, ...account } = body;
    expect(await read(service, body.id)).toEqual(account);
    expect((await service.request({})).body.items).toMatchObject([shown]);
    expect(service.keycloak.clients.get(body.id)?.account.secretSha256).toBeNull();
    expect(service.audit).toMatchObject([{ action: 'create', after: { keyIds: ['now'] } }]);
  });

  it('may be repeated with its key: it makes no second one, and keeps the keys', async () => {
    const service = await testApp();
    const headers = { 'idempotency-key': 'once' };
    const first = (await create(service, withKeys(now), { headers })).body;
    const again = await create(service, withKeys(now), { headers });
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(again.body).toMatchObject({
      id: first.id,
      clientSecret: null,
      endedSecretHints: [],
      credentials: first.credentials,
    });
    expect(service.keycloak.clients.size).toBe(1);
    const other = await create(service, withKeys(next), { headers });
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
    await put(service, first.id, [next]);
    const late = await create(service, withKeys(now), { headers });
    expect(late).toMatchObject({ status: 409, body: { code: 'idempotency-key-spent' } });
    expect((await read(service, first.id)).credentials.keys).toEqual([stored(next)]);
  });

  it('is the same as without, when it asks for a secret', async () => {
    const service = await testApp();
    const { body } = await create(service, { credentials: { type: 'secret' } });
    expect(body).toMatchObject({
      credentials: { type: 'secret', keys: [] },
      clientSecret: expect.any(String),
    });
  });

  it('has no end of a secret, not even where secrets have to end', async () => {
    const service = await testApp({ maxSecretLifetimeDays: 30 });
    expect((await create(service, withKeys(now))).body).toMatchObject({ secretExpiresAt: null });
    const answer = await create(service, { ...withKeys(now), secretLifetimeDays: 3 });
    expect(answer.body.errors).toMatchObject([{ pointer: '/secretLifetimeDays', code: 'no-secret' }]);
  });

  it.each([
    ['/credentials/keys required', { type: 'jwks' }],
    ['/credentials/keys type-not-jwks', { type: 'secret', keys: [now] }],
    ['/credentials/type', { type: 'password' }],
    ['/credentials/keys', { type: 'jwks', keys: [] }],
    ['/credentials/keys', { type: 'jwks', keys: [now, next, newKey('third')] }],
    ['/credentials/keys/0', { type: 'jwks', keys: ['https://attacker.test/jwks'] }],
    ['/credentials/url', { type: 'jwks', keys: [now], url: 'https://attacker.test/jwks' }],
    ['/credentials/keys/0/d private-key', { type: 'jwks', keys: [{ ...now, d: 'c2VjcmV0LWhhbGY' }] }],
  ])('is refused at %s before Keycloak is called', async (expected, credentials) => {
    const service = await testApp();
    const { status, body } = await create(service, { credentials });
    expect(status).toBe(400);
    const places = body.errors.map(
      ({ pointer, code }: { pointer: string; code: string }) => `${pointer} ${code}`,
    );
    expect(places).toEqual([expect.stringContaining(expected)]);
    expect(service.keycloak.calls).toEqual([]);
    expect(JSON.stringify(body) + service.log.join()).not.toContain('c2VjcmV0LWhhbGY');
  });
});

describe('replacing the keys of an account', () => {
  it('takes the place of its secrets, of which nothing is kept', async () => {
    const service = await testApp();
    const { id } = await created(service, { secretLifetimeDays: 30 });
    await regenerate(service, id, { overlapSeconds: 3600 });
    const before = service.keycloak.clients.get(id);
    const secrets = [before?.secret, before?.rotatedSecret];
    const { status, body } = await put(service, id, [now]);
    expect(status).toBe(200);
    const credentials = { type: 'jwks', keys: [stored(now)] };
    const gone = { secretHint: null, secretExpiresAt: null, previousSecret: null };
    expect(body).toMatchObject({ credentials, ...gone, secretCreatedAt: body.updatedAt });
    expect(body).not.toHaveProperty('clientSecret');
    expect(await read(service, id)).toEqual(body);
    const kept = JSON.stringify(service.keycloak.clients.get(id));
    for (const secret of secrets) expect(kept).not.toContain(secret);
  });

  it('puts a second key beside the first, then leaves the second alone', async () => {
    const service = await testApp();
    const { id } = (await create(service, withKeys(now))).body;
    const both = (await put(service, id, [now, next])).body;
    expect(both.credentials.keys).toEqual([stored(now), stored(next)]);
    const one = (await put(service, id, [next])).body;
    expect(one.credentials.keys).toEqual([stored(next)]);
    expect(new Set([both.version, one.version]).size).toBe(2);
  });

  it('with the same ones changes nothing', async () => {
    const service = await testApp();
    const { id, version } = (await create(service, withKeys(now))).body;
    expect((await put(service, id, [now])).body.version).toBe(version);
    expect(service.keycloak.calls).not.toContain('replaceKeys');
  });

  it('is recorded in the history and the audit log, without the keys', async () => {
    const service = await testApp();
    const { id } = await created(service);
    await put(service, id, [now, next]);
    const history = (await service.request({ path: `${pathOf(id)}/history` })).body;
    expect(history.changes[0]).toMatchObject({ action: 'replace-keys', fields: [] });
    const record = service.audit.at(-1);
    expect(record).toMatchObject({
      action: 'replace-keys',
      outcome: 'done',
      before: { keyIds: null },
      after: { keyIds: ['now', 'next'] },
    });
    expect(JSON.stringify(record)).not.toContain(now.x);
  });

  it('needs every right that the account has, and the tenant of it', async () => {
    const service = await testApp();
    const { id } = await created(service, { mode: 'admin' });
    const writer = { grant: ['service-accounts:read', 'service-accounts:write'] };
    expect(await put(service, id, [now], writer)).toMatchObject({
      status: 403,
      body: { code: 'permission-missing' },
    });
    const reader = { grant: ['service-accounts:read'] };
    expect(await put(service, id, [now], reader)).toMatchObject({ status: 403 });
    const foreign = await service.request({
      tenantId: 'globex',
      method: 'PUT',
      path: `${pathOf(id, 'globex')}/keys`,
      body: { keys: [now] },
    });
    expect(foreign).toMatchObject({ status: 404, body: { code: 'service-account-not-found' } });
    expect(await read(service, id)).toMatchObject({ credentials: { type: 'secret' } });
  });

  it('meets the condition of the caller', async () => {
    const service = await testApp();
    const { id, version } = await created(service);
    const old = await put(service, id, [now], { headers: { 'if-match': '"old"' } });
    expect(old).toMatchObject({ status: 412, body: { code: 'precondition-failed' } });
    expect((await put(service, id, [now], { headers: { 'if-match': `"${version}"` } })).status).toBe(200);
  });

  it('is refused for what is no public key, at its place, before Keycloak is called', async () => {
    const service = await testApp();
    const { id } = await created(service);
    const calls = service.keycloak.calls.length;
    const answer = await put(service, id, [now, { ...next, d: 'x' }]);
    expect(answer.body.errors).toMatchObject([{ pointer: '/keys/1/d', code: 'private-key' }]);
    expect(service.keycloak.calls).toHaveLength(calls);
  });
});

describe('regenerating the secret of an account with keys', () => {
  it('gives it a secret in place of them', async () => {
    const service = await testApp();
    const { id } = (await create(service, withKeys(now, next))).body;
    const { status, body } = await regenerate(service, id);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      credentials: { type: 'secret', keys: [] },
      endedSecretHints: [],
      previousSecret: null,
      secretHint: body.clientSecret.slice(-10, -6),
    });
    const { clientSecret: _, endedSecretHints: __, tokenUrl: ___, ...account } = body;
    expect(await read(service, id)).toEqual(account);
  });

  it('has no overlap, and says so before anything changes', async () => {
    const service = await testApp();
    const { id, version } = (await create(service, withKeys(now))).body;
    const answer = await regenerate(service, id, { overlapSeconds: 60 });
    expect(answer).toMatchObject({ status: 409, body: { code: 'overlap-unavailable' } });
    expect(answer.body.detail).toContain('keys');
    expect((await read(service, id)).version).toBe(version);
  });

  it('is not for the account itself, which may rotate its own secret alone', async () => {
    const service = await testApp();
    const { id, clientId } = (await create(service, withKeys(now))).body;
    const claims = { azp: clientId, sub: id, client_id: clientId, iat: Math.floor(Date.now() / 1000) + 5 };
    const answer = await regenerate(service, id, {}, { grant: ['service-accounts:rotate-own'], claims });
    expect(answer).toMatchObject({ status: 403, body: { code: 'permission-missing' } });
    expect(await read(service, id)).toMatchObject({ credentials: { type: 'jwks' } });
  });
});
