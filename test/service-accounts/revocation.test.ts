import { describe, expect, it } from 'vitest';
import { created, pathOf, stateOf } from '../support/accounts.ts';
import { inject } from '../support/faults.ts';
import { type RequestOptions, type TestApp, testApp } from '../support/test-app.ts';

const post = (service: TestApp, id: string, action: string, body?: object, options: RequestOptions = {}) =>
  service.request({ ...options, method: 'POST', path: `${pathOf(id)}/${action}`, body });
const revoke = (service: TestApp, id: string, options: RequestOptions = {}) =>
  post(service, id, 'revoke-tokens', undefined, options);
const listOf = async (service: TestApp, options: RequestOptions = {}) =>
  service.request({ path: `/${options.tenantId ?? 'acme'}/revocations`, ...options });

describe('revoking the tokens of an account', () => {
  it('counts for all that were issued until now and for none after the answer, and leaves the secret alone', async () => {
    const service = await testApp();
    const { id, clientId, clientSecret, version } = await created(service);
    const askedAt = Math.floor(Date.now() / 1000) * 1000;
    const { status, body } = await revoke(service, id);
    expect(status).toBe(200);
    const issuedBefore = Date.parse(body.tokensRevokedBefore);
    expect(issuedBefore).toBeGreaterThan(askedAt);
    expect(issuedBefore % 1000).toBe(0);
    // A token that is obtained now has an `iat` that is good.
    expect(Math.floor(Date.now() / 1000) * 1000).toBeGreaterThanOrEqual(issuedBefore);
    expect(body.revocation.issuedBefore).toBe(body.tokensRevokedBefore);
    expect(Date.parse(body.revocation.acceptedUntil)).toBeGreaterThan(issuedBefore);
    expect(body.version).not.toBe(version);
    expect(service.keycloak.clients.get(id)?.secret).toBe(clientSecret);
    const { tokensRevokedBefore } = body;
    expect((await service.request({ path: pathOf(id) })).body).toMatchObject({ tokensRevokedBefore });
    expect((await listOf(service)).body.revocations).toEqual([
      { clientId, issuedBefore: tokensRevokedBefore },
    ]);
    const { changes } = (await service.request({ path: `${pathOf(id)}/history` })).body;
    expect(changes[0]).toMatchObject({ action: 'revoke-tokens' });
    expect(service.audit.at(-1)).toMatchObject({
      action: 'revoke-tokens',
      before: { tokensRevokedBefore: null },
      after: { tokensRevokedBefore },
    });
  });

  it('needs the right to write and none of those that the account has', async () => {
    const service = await testApp();
    const { id } = await created(service, { mode: 'admin' });
    expect((await revoke(service, id, { grant: ['service-accounts:read'] })).status).toBe(403);
    expect(service.keycloak.revocations).toEqual([]);
    expect((await revoke(service, id, { grant: ['service-accounts:write'] })).status).toBe(200);
  });

  it('of another tenant is answered as of none, and changes nothing', async () => {
    const service = await testApp();
    const { id } = await created(service);
    const before = stateOf(service);
    const path = `/globex/service-accounts/${id}/revoke-tokens`;
    const answer = await service.request({ tenantId: 'globex', method: 'POST', path });
    expect(answer).toMatchObject({ status: 404, body: { code: 'service-account-not-found' } });
    expect(stateOf(service)).toEqual(before);
    expect(service.keycloak.revocations).toEqual([]);
  });

  it('never counts from earlier on than it did', async () => {
    const service = await testApp();
    const { id } = await created(service);
    const stored = service.keycloak.clients.get(id);
    if (stored === undefined) throw new Error('not made');
    const tokensRevokedBefore = `${new Date(Date.now() + 4_000).toISOString().slice(0, 19)}.000Z`;
    stored.account = { ...stored.account, tokensRevokedBefore };
    const answer = await post(service, id, 'deactivate', { revokeTokens: true });
    expect(answer.body).toMatchObject({ tokensRevokedBefore });
  });

  it('that Keycloak does not show when it is read back is a 504', async () => {
    const service = await testApp();
    const { id } = await created(service);
    service.keycloak.afterCall = (method) => {
      const stored = service.keycloak.clients.get(id);
      if (method === 'setStatus' && stored) stored.account = { ...stored.account, tokensRevokedBefore: null };
    };
    expect(await revoke(service, id)).toMatchObject({ status: 504, body: { code: 'outcome-unknown' } });
  });

  it('that could not be recorded for services that check signatures changes nothing', async () => {
    const service = await testApp();
    const { id, clientSecret } = await created(service);
    const before = stateOf(service);
    inject(service.keycloak, { method: 'recordRevocation', when: 'before', code: 'keycloak-unavailable' });
    expect((await post(service, id, 'regenerate-secret', { revokeTokens: true })).status).toBe(503);
    expect(stateOf(service)).toEqual(before);
    expect(service.keycloak.clients.get(id)?.secret).toBe(clientSecret);
  });
});

describe('along with another change', () => {
  it('it is one write with a new secret, and nothing unless asked for', async () => {
    const service = await testApp();
    const { id } = await created(service);
    expect((await post(service, id, 'regenerate-secret', {})).body.tokensRevokedBefore).toBeNull();
    const calls = service.keycloak.calls.length;
    const { body } = await post(service, id, 'regenerate-secret', { revokeTokens: true });
    expect(body.tokensRevokedBefore).not.toBeNull();
    expect(body.clientSecret).toBe(service.keycloak.clients.get(id)?.secret);
    const made = service.keycloak.calls.slice(calls);
    expect(made.filter((call) => ['replaceSecret', 'setStatus'].includes(call))).toEqual(['replaceSecret']);
    const { changes } = (await service.request({ path: `${pathOf(id)}/history` })).body;
    expect(changes[0]).toMatchObject({ action: 'regenerate-secret', fields: ['tokensRevokedBefore'] });
  });

  it('it outlives the account being deactivated and activated, and counts for one that is inactive already', async () => {
    const service = await testApp();
    const { id } = await created(service);
    expect((await post(service, id, 'deactivate')).body.tokensRevokedBefore).toBeNull();
    const { tokensRevokedBefore } = (await post(service, id, 'deactivate', { revokeTokens: true })).body;
    expect(tokensRevokedBefore).not.toBeNull();
    expect((await post(service, id, 'activate')).body).toMatchObject({
      status: 'active',
      tokensRevokedBefore,
    });
  });

  it.each([{ revokeTokens: 'yes' }, { revoke: true }])('%j is a 400', async (body) => {
    const service = await testApp();
    const { id } = await created(service);
    for (const action of ['deactivate', 'regenerate-secret']) {
      expect((await post(service, id, action, body)).status).toBe(400);
    }
  });

  it('a key that came without it is none for a request with it', async () => {
    const service = await testApp();
    const { id } = await created(service);
    const headers = { 'idempotency-key': 'rotation' };
    await post(service, id, 'regenerate-secret', {}, { headers });
    const answer = await post(service, id, 'regenerate-secret', { revokeTokens: true }, { headers });
    expect(answer.status).toBe(422);
  });
});

describe('the list of revocations', () => {
  it('has the latest of each account of the tenant, is for readers, and says when nothing is new', async () => {
    const service = await testApp();
    const { clientId, id } = await created(service);
    const empty = await listOf(service);
    expect(empty).toMatchObject({ status: 200, body: { revocations: [] } });
    await post(service, id, 'deactivate', { revokeTokens: true });
    const first = await listOf(service, { headers: { 'if-none-match': String(empty.headers.etag) } });
    expect(first.body.revocations).toMatchObject([{ clientId }]);
    const again = await listOf(service, { headers: { 'if-none-match': String(first.headers.etag) } });
    expect(again).toMatchObject({ status: 304, body: undefined });
    expect((await listOf(service, { tenantId: 'globex' })).body.revocations).toEqual([]);
    expect((await listOf(service, { grant: ['service-accounts:write'] })).status).toBe(403);
  });
});

it('a service account whose token was revoked can no longer call this service with it, and can with a later one', async () => {
  const service = await testApp();
  const { id, clientId } = await created(service, { mode: 'admin' });
  const claims = (iat: number) => ({ azp: clientId, sub: 'integration', iat });
  const now = Math.floor(Date.now() / 1000);
  expect((await service.request({ claims: claims(now) })).status).toBe(200);
  const { tokensRevokedBefore } = (await revoke(service, id)).body;
  const refused = await service.request({ claims: claims(now) });
  expect(refused).toMatchObject({ status: 401, body: { code: 'invalid-token' } });
  expect(refused.body.detail).toContain('revoked');
  const later = await service.request({ claims: claims(Date.parse(tokensRevokedBefore) / 1000) });
  expect(later.status).toBe(200);
});
