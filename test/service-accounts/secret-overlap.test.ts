import { describe, expect, it } from 'vitest';
import { created, edit, pathOf } from '../support/accounts.ts';
import { inject } from '../support/faults.ts';
import { type RequestOptions, type TestApp, testApp } from '../support/test-app.ts';

const regenerate = (service: TestApp, id: string, body?: unknown, options: RequestOptions = {}) =>
  service.request({ ...options, method: 'POST', path: `${pathOf(id)}/regenerate-secret`, body });
const endPrevious = (service: TestApp, id: string, options: RequestOptions = {}) =>
  service.request({ ...options, method: 'DELETE', path: `${pathOf(id)}/previous-secret` });
const read = async (service: TestApp, id: string) => (await service.request({ path: pathOf(id) })).body;
/** The secrets that Keycloak would take. */
const validSecrets = ({ keycloak }: TestApp, id: string) => {
  const stored = keycloak.clients.get(id);
  return [stored?.secret, stored?.rotatedSecret].filter((secret) => secret !== undefined);
};

describe('regenerating with an overlap', () => {
  it('leaves the old secret valid until a whole second, and says until when in every answer', async () => {
    const service = await testApp();
    const before = await created(service);
    expect(before).toMatchObject({ previousSecret: null, endedSecretHints: [] });
    const asked = Math.floor(Date.now() / 1000);
    const { status, body } = await regenerate(service, before.id, { overlapSeconds: 3600 });
    expect(status).toBe(200);
    const previousSecret = { hint: before.secretHint, validUntil: body.previousSecret.validUntil };
    expect(body).toMatchObject({ previousSecret, endedSecretHints: [] });
    const until = Date.parse(previousSecret.validUntil) / 1000;
    expect(until).toBe(Math.floor(Date.parse(body.secretCreatedAt) / 1000) + 3600);
    expect(until).toBeGreaterThanOrEqual(asked + 3600);
    expect(validSecrets(service, before.id)).toEqual([body.clientSecret, before.clientSecret]);
    expect(await read(service, before.id)).toMatchObject({ previousSecret, version: body.version });
    expect((await service.request({})).body.items).toMatchObject([{ previousSecret }]);
    expect((await edit(service, before.id, { description: 'x' })).body).toMatchObject({ previousSecret });
  });

  it('again ends the older of the two at once, and names it', async () => {
    const service = await testApp();
    const first = await created(service);
    const second = (await regenerate(service, first.id, { overlapSeconds: 3600 })).body;
    const third = (await regenerate(service, first.id, { overlapSeconds: 60 })).body;
    expect(third).toMatchObject({
      previousSecret: { hint: second.secretHint },
      endedSecretHints: [first.secretHint],
    });
    expect(validSecrets(service, first.id)).toEqual([third.clientSecret, second.clientSecret]);
  });

  it.each([undefined, {}, { overlapSeconds: 0 }])('of none (%j) ends all that were valid', async (body) => {
    const service = await testApp();
    const first = await created(service);
    const second = (await regenerate(service, first.id, { overlapSeconds: 3600 })).body;
    const third = (await regenerate(service, first.id, body)).body;
    expect(third).toMatchObject({
      previousSecret: null,
      endedSecretHints: [second.secretHint, first.secretHint],
    });
    expect(validSecrets(service, first.id)).toEqual([third.clientSecret]);
  });

  it('repeated with its key gives a new secret, and keeps the overlap of the first one without extending it', async () => {
    const service = await testApp();
    const first = await created(service);
    const headers = { 'idempotency-key': 'rotation' };
    const second = (await regenerate(service, first.id, { overlapSeconds: 3600 }, { headers })).body;
    const replay = await regenerate(service, first.id, { overlapSeconds: 3600 }, { headers });
    expect(replay.headers['idempotency-replayed']).toBe('true');
    expect(replay.body).toMatchObject({
      previousSecret: second.previousSecret,
      endedSecretHints: [second.secretHint],
    });
    expect(validSecrets(service, first.id)).toEqual([replay.body.clientSecret, first.clientSecret]);
  });

  it('repeated with its key after the overlap was ended does not bring the old secret back', async () => {
    const service = await testApp();
    const first = await created(service);
    const headers = { 'idempotency-key': 'rotation' };
    await regenerate(service, first.id, { overlapSeconds: 3600 }, { headers });
    await endPrevious(service, first.id);
    const replay = (await regenerate(service, first.id, { overlapSeconds: 3600 }, { headers })).body;
    expect(replay.previousSecret).toBeNull();
    expect(validSecrets(service, first.id)).toEqual([replay.clientSecret]);
  });

  it('under the key of a request with another body is a 422 and changes nothing', async () => {
    const service = await testApp();
    const { id } = await created(service);
    const headers = { 'idempotency-key': 'rotation' };
    const { clientSecret } = (await regenerate(service, id, undefined, { headers })).body;
    expect(await regenerate(service, id, { overlapSeconds: 60 }, { headers })).toMatchObject({
      status: 422,
      body: { code: 'idempotency-key-reused' },
    });
    expect(validSecrets(service, id)).toEqual([clientSecret]);
    // No body and no overlap are the same request.
    expect((await regenerate(service, id, { overlapSeconds: 0 }, { headers })).status).toBe(200);
  });

  it.each([-1, 604_801, 1.5, '60', null])(
    'of %j seconds is a 400, before Keycloak is asked',
    async (value) => {
      const service = await testApp();
      const { id } = await created(service);
      const calls = service.keycloak.calls.length;
      expect(await regenerate(service, id, { overlapSeconds: value })).toMatchObject({
        status: 400,
        body: { errors: [{ pointer: '/overlapSeconds' }] },
      });
      expect(service.keycloak.calls).toHaveLength(calls);
    },
  );

  it('where Keycloak keeps one secret alone is a 409 that changes nothing; without an overlap it works', async () => {
    const service = await testApp();
    const { id, clientSecret } = await created(service);
    service.keycloak.canRotateSecrets = false;
    const answer = await regenerate(service, id, { overlapSeconds: 60 });
    expect(answer).toMatchObject({ status: 409, body: { code: 'overlap-unavailable' } });
    expect(answer.body.detail).toContain('ask the operator');
    expect(validSecrets(service, id)).toEqual([clientSecret]);
    expect((await regenerate(service, id)).status).toBe(200);
  });
});

describe('ending the secret before', () => {
  it('leaves the new one alone, and again changes nothing', async () => {
    const service = await testApp();
    const { id } = await created(service);
    const second = (await regenerate(service, id, { overlapSeconds: 3600 })).body;
    const answer = await endPrevious(service, id);
    expect(answer).toMatchObject({
      status: 200,
      body: { previousSecret: null, secretHint: second.secretHint },
    });
    expect(answer.headers.etag).toBe(`"${answer.body.version}"`);
    expect(answer.body.version).not.toBe(second.version);
    expect(validSecrets(service, id)).toEqual([second.clientSecret]);
    expect((await endPrevious(service, id)).body).toEqual(answer.body);
  });

  it('needs the right to write and none of those that the account has; without it, a 403', async () => {
    const service = await testApp();
    const { id } = await created(service, { mode: 'admin' });
    await regenerate(service, id, { overlapSeconds: 3600 });
    expect((await endPrevious(service, id, { grant: ['service-accounts:read'] })).status).toBe(403);
    expect(validSecrets(service, id)).toHaveLength(2);
    expect((await endPrevious(service, id, { grant: ['service-accounts:write'] })).status).toBe(200);
    expect(validSecrets(service, id)).toHaveLength(1);
  });

  it('of an account of another tenant is answered as of none', async () => {
    const service = await testApp();
    const { id } = await created(service);
    await regenerate(service, id, { overlapSeconds: 3600 });
    const path = `/globex/service-accounts/${id}/previous-secret`;
    const answer = await service.request({ tenantId: 'globex', method: 'DELETE', path });
    expect(answer).toMatchObject({ status: 404, body: { code: 'service-account-not-found' } });
    expect(validSecrets(service, id)).toHaveLength(2);
  });

  it('leaves a record of until when it would have been valid, without a part of a secret', async () => {
    const service = await testApp();
    const { id } = await created(service);
    const { previousSecret } = (await regenerate(service, id, { overlapSeconds: 3600 })).body;
    await endPrevious(service, id);
    expect(service.audit.at(-1)).toMatchObject({
      action: 'end-previous-secret',
      outcome: 'done',
      before: { previousSecretValidUntil: previousSecret.validUntil },
      after: { previousSecretValidUntil: null },
    });
    expect(JSON.stringify(service.audit)).not.toContain(previousSecret.hint);
  });

  it('that Keycloak did not confirm is a 504', async () => {
    const service = await testApp();
    const { id } = await created(service);
    await regenerate(service, id, { overlapSeconds: 3600 });
    inject(service.keycloak, { method: 'endPreviousSecret', when: 'after', code: 'outcome-unknown' });
    expect(await endPrevious(service, id)).toMatchObject({ status: 504, body: { code: 'outcome-unknown' } });
  });
});
