import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { pathOf } from '../../support/accounts.ts';
import { type AttackedHouse, attackedHouse } from '../../support/attacked-house.ts';
import { introspector, obtainToken, requestToken } from '../../support/live-oauth.ts';
import type { RequestOptions } from '../../support/live-service.ts';

let house: AttackedHouse;
beforeAll(async () => {
  house = await attackedHouse();
});

const overlapSeconds = 600;
const missing = { status: 403, body: { code: 'permission-missing' } };

type As = NonNullable<RequestOptions['as']>;
interface Secret {
  readonly clientId: string;
  readonly clientSecret: string;
}

const rotate = (id: string, body: object = { overlapSeconds }, more: RequestOptions = {}) =>
  house.request({ method: 'POST', path: `${pathOf(id)}/regenerate-secret`, body, ...more });
const endOverlap = (id: string, as: As = 'admin', tenantId = 'acme') =>
  house.request({ as, method: 'DELETE', path: `${pathOf(id, tenantId)}/previous-secret` });
const revoke = (id: string, as: As = 'admin', tenantId = 'acme') =>
  house.request({ as, method: 'POST', path: `${pathOf(id, tenantId)}/revoke-tokens` });

/** What the token URL answers to each of these. */
async function statuses(...secrets: readonly Secret[]): Promise<number[]> {
  const answers = await Promise.all(secrets.map((one) => requestToken(house.realm.tokenUrl, one)));
  return answers.map(({ status }) => status);
}

/** An account in an overlap, and its two secrets. */
async function inOverlap(grant: object = {}) {
  const first = await house.victim(grant);
  const second = (await rotate(first.id)).body;
  expect(await statuses(first, second)).toEqual([200, 200]);
  return { id: first.id, first, second };
}

describe('attack 36: who may end, extend and revoke', () => {
  it('is nobody of another tenant, whether the account is in an overlap or is not there at all', async () => {
    const { id, first, second } = await inOverlap();
    const before = await house.state();
    const answers = [];
    for (const wanted of [id, randomUUID()]) {
      const calls = [
        () => rotate(wanted, { overlapSeconds }, { as: 'globexAdmin' }),
        () => endOverlap(wanted, 'globexAdmin'),
        () => revoke(wanted, 'globexAdmin'),
      ];
      for (const call of calls) {
        expect(await call()).toMatchObject({ status: 403, body: { code: 'wrong-tenant' } });
      }
      const path = `${pathOf(wanted, 'globex')}/regenerate-secret`;
      const own = [
        await house.request({ as: 'globexAdmin', method: 'POST', path, body: { overlapSeconds } }),
        await endOverlap(wanted, 'globexAdmin', 'globex'),
        await revoke(wanted, 'globexAdmin', 'globex'),
      ];
      answers.push(own.map(({ status, body }) => ({ status, ...body, requestId: '' })));
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.map(({ status }) => status)).toEqual([404, 404, 404]);
    expect(await house.state()).toEqual(before);
    expect(await statuses(first, second)).toEqual([200, 200]);
  });

  it('is nobody who only reads, and a thief of a token of the account itself neither', async () => {
    const { id, first, second } = await inOverlap({ mode: 'custom', permissions: ['service-accounts:read'] });
    const own = { token: (await obtainToken(house.realm, first)).token };
    const before = await house.state();
    for (const as of ['viewer', own] satisfies As[]) {
      const answers = [
        await rotate(id, { overlapSeconds }, { as }),
        await endOverlap(id, as),
        await revoke(id, as),
      ];
      for (const answer of answers) expect(answer).toMatchObject(missing);
    }
    expect(await house.state()).toEqual(before);
    expect(await statuses(first, second)).toEqual([200, 200]);
  });

  it('of a greater account is a writer as far as it takes power away: an overlap is ended, none is begun', async () => {
    const { id, first, second } = await inOverlap({ mode: 'admin' });
    const before = await house.realm.inKeycloak(id);
    for (const seconds of [0, 1, 604_800]) {
      expect(await rotate(id, { overlapSeconds: seconds }, { as: 'writer' })).toMatchObject(missing);
    }
    expect(await house.realm.inKeycloak(id)).toEqual(before);
    expect(await endOverlap(id, 'writer')).toMatchObject({ status: 200, body: { previousSecret: null } });
    expect(await statuses(first, second)).toEqual([401, 200]);
  });

  it('no request extends an overlap: not by its fields, not by its repetition', async () => {
    const { id } = await inOverlap();
    const path = pathOf(id);
    const { previousSecret } = (await house.request({ path })).body;
    const before = await house.realm.inKeycloak(id);
    const later = new Date(Date.now() + 86_400_000).toISOString();
    const bodies = [
      { overlapSeconds: 604_801 },
      { overlapSeconds: -1 },
      { overlapSeconds: 0.5 },
      { overlapSeconds: '600' },
      { overlapSeconds: null },
      { previousSecret },
      { overlapSeconds, previousSecretValidUntil: later },
    ];
    for (const body of bodies) expect([(await rotate(id, body)).status, body]).toEqual([400, body]);
    const edits = [{ previousSecret: { ...previousSecret, validUntil: later } }, { overlapSeconds }];
    for (const body of edits) {
      expect((await house.request({ method: 'PATCH', path, body })).status).toBe(400);
    }
    expect(await house.realm.inKeycloak(id)).toEqual(before);

    const headers = { 'idempotency-key': randomUUID() };
    const first = await rotate(id, { overlapSeconds }, { headers });
    // Long enough for a whole second to begin.
    await sleep(1_100);
    const second = await rotate(id, { overlapSeconds }, { headers });
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect(second.body.previousSecret).toEqual(first.body.previousSecret);
    const longer = await rotate(id, { overlapSeconds: 604_800 }, { headers });
    expect(longer).toMatchObject({ status: 422 });
    expect((await house.request({ path })).body.previousSecret).toEqual(first.body.previousSecret);
  });
});

describe('attack 37: an overlap brings no secret back', () => {
  const change = async (options: RequestOptions) => expect((await house.request(options)).status).toBe(200);

  /** All that changes an account without setting a secret. */
  async function everyOtherChange(id: string): Promise<void> {
    const path = pathOf(id);
    await change({ method: 'PATCH', path, body: { description: randomUUID() } });
    await change({ method: 'PATCH', path, body: { username: `Renamed ${randomUUID().slice(0, 8)}` } });
    await change({ method: 'PATCH', path, body: { mode: 'custom', permissions: ['ai:use'] } });
    await change({ method: 'PATCH', path, body: { mode: 'admin' } });
    await change({ method: 'POST', path: `${path}/deactivate` });
    await change({ method: 'POST', path: `${path}/activate` });
    await change({ method: 'POST', path: `${path}/revoke-tokens` });
    await change({ method: 'DELETE', path: `${path}/previous-secret` });
    // As the console does: all of the client, as it was read.
    const { body } = await house.realm.admin('GET', `/clients/${id}`);
    const edited = await house.realm.admin('PUT', `/clients/${id}`, { ...body, name: 'edited' });
    expect(edited.status).toBe(204);
    await house.realm.provision();
  }

  it('that it kept and that was ended, by whatever follows', async () => {
    const { id, first, second } = await inOverlap();
    await endOverlap(id);
    await everyOtherChange(id);
    expect(await statuses(first, second)).toEqual([401, 200]);
  });

  it('that a rotation ended, by another rotation with an overlap', async () => {
    const { id, first, second } = await inOverlap();
    const third = (await rotate(id)).body;
    const fourth = (await rotate(id)).body;
    expect(await statuses(first, second, third, fourth)).toEqual([401, 401, 200, 200]);
    await endOverlap(id);
    const fifth = (await rotate(id)).body;
    expect(await statuses(first, second, third, fourth, fifth)).toEqual([401, 401, 401, 200, 200]);
  });

  it('that was regenerated away while the account was inactive', async () => {
    const { id, first, second } = await inOverlap();
    await change({ method: 'POST', path: `${pathOf(id)}/deactivate` });
    const third = (await rotate(id, {})).body;
    expect(await statuses(first, second, third)).toEqual([401, 401, 401]);
    await change({ method: 'POST', path: `${pathOf(id)}/activate` });
    expect(await statuses(first, second, third)).toEqual([401, 401, 200]);
  });

  it('whose time is over, by a repetition of the request, by a console that still has it, by what else follows', async () => {
    const first = await house.victim();
    const { id } = first;
    const headers = { 'idempotency-key': randomUUID() };
    const second = (await rotate(id, { overlapSeconds: 2 }, { headers })).body;
    const { body: stale } = await house.realm.admin('GET', `/clients/${id}`);
    await sleep(Math.max(0, Date.parse(second.previousSecret.validUntil) - Date.now()) + 1_000);
    expect(await statuses(first, second)).toEqual([401, 200]);

    const third = await rotate(id, { overlapSeconds: 2 }, { headers });
    expect(third.headers.get('idempotency-replayed')).toBe('true');
    expect(third.body.previousSecret).toBe(null);
    expect(await statuses(first, second, third.body)).toEqual([401, 401, 200]);
    const put = await house.realm.admin('PUT', `/clients/${id}`, {
      ...stale,
      secret: third.body.clientSecret,
    });
    expect(put.status).toBe(204);
    expect(await statuses(first, second, third.body)).toEqual([401, 401, 200]);
    await everyOtherChange(id);
    expect(await statuses(first, second, third.body)).toEqual([401, 401, 200]);
    const fourth = (await rotate(id)).body;
    expect(await statuses(first, second, third.body, fourth)).toEqual([401, 401, 200, 200]);
  });

  it("by the key of somebody else's rotation, nor by a key that is spent", async () => {
    const first = await house.victim();
    const { id } = first;
    const headers = { 'idempotency-key': randomUUID() };
    const second = (await rotate(id, { overlapSeconds }, { headers })).body;
    const third = (await rotate(id, {})).body;
    const before = await house.realm.inKeycloak(id);
    expect(await rotate(id, { overlapSeconds }, { headers })).toMatchObject({
      status: 409,
      body: { code: 'idempotency-key-spent' },
    });
    expect(await house.realm.inKeycloak(id)).toEqual(before);
    expect(await statuses(first, second, third)).toEqual([401, 401, 200]);
    const of = (await rotate(id, { overlapSeconds }, { headers, as: 'globexAdmin' })).status;
    expect(of).toBe(403);
    expect(await statuses(first, second, third)).toEqual([401, 401, 200]);
  });
});

it('attack 38: a token that was revoked calls nothing here any more, and no later change makes it good', async () => {
  const permissions = ['service-accounts:read', 'service-accounts:write'];
  const account = await house.victim({ mode: 'custom', permissions });
  const introspect = await introspector(house.realm);
  const stolen = { token: (await obtainToken(house.realm, account)).token };
  expect((await house.request({ as: stolen })).status).toBe(200);
  const path = pathOf(account.id);
  expect((await revoke(account.id, 'writer')).status).toBe(200);
  const { tokensRevokedBefore } = (await house.request({ path })).body;
  const before = await house.state();
  const calls = [
    { as: stolen },
    { as: stolen, method: 'POST', path: `${path}/regenerate-secret`, body: { overlapSeconds } },
    { as: stolen, method: 'PATCH', path, body: { description: 'stolen' } },
  ];
  for (const call of calls) {
    expect(await house.request(call)).toMatchObject({ status: 401, body: { code: 'invalid-token' } });
  }
  expect(await house.state()).toEqual(before);
  const rotated = (await rotate(account.id)).body;
  await house.request({ method: 'POST', path: `${path}/deactivate` });
  await house.request({ method: 'POST', path: `${path}/activate` });
  await house.request({ method: 'PATCH', path, body: { description: 'edited' } });
  expect(await introspect(stolen.token)).toEqual({ active: false });
  expect((await house.request({ path })).body.tokensRevokedBefore).toBe(tokensRevokedBefore);
  const fresh = await obtainToken(house.realm, rotated);
  expect(await introspect(fresh.token)).toMatchObject({ active: true });
});

describe('attack 39: keys', () => {
  const pair = () => generateKeyPairSync('ed25519');
  const jwkOf = ({ publicKey }: ReturnType<typeof pair>) => publicKey.export({ format: 'jwk' });
  const setKeys = (id: string, keys: unknown, as: As = 'admin', tenantId = 'acme') =>
    house.request({ as, method: 'PUT', path: `${pathOf(id, tenantId)}/keys`, body: { keys } });

  it('are set by nobody of another tenant, nobody who only reads, and nobody who holds less', async () => {
    const { id, first, second } = await inOverlap({ mode: 'admin' });
    const before = await house.state();
    const answers = [
      await setKeys(id, [jwkOf(pair())], 'globexAdmin', 'globex'),
      await setKeys(id, [jwkOf(pair())], 'globexAdmin'),
      await setKeys(id, [jwkOf(pair())], 'viewer'),
      await setKeys(id, [jwkOf(pair())], 'writer'),
      await setKeys(id, [jwkOf(pair())], 'agentWriter'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 403, 403, 403, 403]);
    expect(await house.state()).toEqual(before);
    expect(await statuses(first, second)).toEqual([200, 200]);
  });

  it('of which somebody else has the private half, or that Keycloak would fetch, reach it in no request', async () => {
    const { id, first, second } = await inOverlap();
    const before = await house.state();
    const key = jwkOf(pair());
    const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' });
    const tricks: unknown[] = [
      [],
      [key, key],
      [key, jwkOf(pair()), jwkOf(pair())],
      [{ ...key, d: 'AAAA' }],
      [{ kty: 'oct', k: 'c2VjcmV0' }],
      [{ ...key, alg: 'none' }],
      [{ ...key, alg: 'HS256' }],
      [{ ...key, jku: 'http://127.0.0.1:9000/' }],
      [{ ...key, x5u: 'file:///etc/passwd' }],
      [{ ...key, x: Buffer.alloc(32).toString('base64url') }],
      [{ ...key, kid: { toString: 'x' } }],
      [{ ...key, __proto__: null, constructor: 'x' }],
      [rsa],
      [{ ...rsa, n: 'AQAB' }],
      'https://evil.test/keys',
      { keys: [key] },
      [null],
    ];
    for (const keys of tricks) expect([keys, (await setKeys(id, keys)).status]).toEqual([keys, 400]);
    const body = { keys: [key], url: 'https://evil.test/keys' };
    expect((await house.request({ method: 'PUT', path: `${pathOf(id)}/keys`, body })).status).toBe(400);
    expect(await house.state()).toEqual(before);
    expect(await statuses(first, second)).toEqual([200, 200]);
  });

  it('end every secret for good, also for whoever repeats the request that made one', async () => {
    const first = await house.victim();
    const { id } = first;
    const headers = { 'idempotency-key': randomUUID() };
    const second = (await rotate(id, { overlapSeconds }, { headers })).body;
    expect((await setKeys(id, [jwkOf(pair())])).status).toBe(200);
    const repeated = await rotate(id, { overlapSeconds }, { headers });
    expect(repeated).toMatchObject({ status: 409, body: { code: 'idempotency-key-spent' } });
    await endOverlap(id);
    await house.request({ method: 'POST', path: `${pathOf(id)}/activate` });
    await house.request({ method: 'PATCH', path: pathOf(id), body: { description: 'new' } });
    await house.realm.provision();
    expect((await statuses(first, second)).every((status) => status >= 400)).toBe(true);
    const { client } = (await house.realm.inKeycloak(id)) ?? {};
    expect([first.clientSecret, second.clientSecret]).not.toContain(client?.secret);
    expect(JSON.stringify(client)).not.toContain(second.clientSecret);
  });
});
