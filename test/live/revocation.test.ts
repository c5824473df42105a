import { createRemoteJWKSet } from 'jose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { clientCredentials, followRevocations } from '../../examples/tenant-api/revocations.ts';
import { buildTenantApi } from '../../examples/tenant-api/server.ts';
import { names } from '../../src/names.ts';
import { introspector, requestToken } from '../support/live-oauth.ts';
import { type LiveService, liveService } from '../support/live-service.ts';

const tokensInAll = 1_000;

let live: LiveService;
let accounts: ReturnType<LiveService['clientOf']>;
/** What introspects: Keycloak answers callers that the token is for. */
let introspect: (token: string) => Promise<boolean>;
beforeAll(async () => {
  live = await liveService('revocation');
  accounts = live.clientOf();
  const ask = await introspector(live.realm);
  introspect = async (token) => (await ask(token)).active;
});
afterAll(() => live[Symbol.asyncDispose]());

type Credentials = Parameters<typeof requestToken>[1];
async function tokenOf(account: Credentials): Promise<string> {
  const { status, body } = await requestToken(live.realm.tokenUrl, account);
  if (body.access_token === undefined) throw new Error(`no token: ${status}`);
  return body.access_token;
}

async function countActive(tokens: readonly string[]): Promise<number> {
  let active = 0;
  const left = [...tokens];
  const lane = async () => {
    for (let token = left.pop(); token !== undefined; token = left.pop()) {
      if (await introspect(token)) active += 1;
    }
  };
  await Promise.all(Array.from({ length: 8 }, lane));
  return active;
}

describe('after the tokens of an account are revoked', () => {
  it(`introspection accepts 0 of ${tokensInAll} old ones, and each that is obtained after the answer`, async () => {
    const account = await accounts.create({ username: 'Many tokens', mode: 'agent' });
    const old: string[] = [];
    const lane = async () => {
      while (old.length < tokensInAll) old.push(await tokenOf(account));
    };
    // Until the very moment of the revocation.
    await Promise.all(Array.from({ length: 8 }, lane));
    expect(await countActive(old.slice(-10))).toBe(10);
    const { revocation, tokensRevokedBefore } = await accounts.revokeTokens(account.id);
    const fresh = await tokenOf(account);
    expect(await countActive([fresh])).toBe(1);
    const accepted = await countActive(old);
    console.log(`${accepted} of ${old.length} tokens accepted after ${revocation.issuedBefore}`);
    expect(accepted).toBe(0);
    expect(revocation.issuedBefore).toBe(tokensRevokedBefore);
    expect(Date.parse(revocation.acceptedUntil) - Date.parse(revocation.issuedBefore)).toBe(300_000);
    expect((await accounts.revocations()).revocations).toContainEqual({
      clientId: account.clientId,
      issuedBefore: revocation.issuedBefore,
    });
  });

  it('along with a rotation or a deactivation, no later change brings them back', async () => {
    const account = await accounts.create({ username: 'Brought back', mode: 'agent' });
    const { id, clientId } = account;
    const first = await tokenOf(account);
    const { clientSecret } = await accounts.regenerateSecret(id, { revokeTokens: true });
    expect(await countActive([first])).toBe(0);
    const second = await tokenOf({ clientId, clientSecret });
    expect(await countActive([second])).toBe(1);
    await accounts.deactivate(id, { revokeTokens: true });
    await accounts.activate(id);
    await accounts.edit(id, { description: 'edited' });
    const { body: stored } = await live.realm.admin('GET', `/clients/${id}`);
    await live.realm.admin('PUT', `/clients/${id}`, { ...stored, name: 'edited in the console' });
    await live.realm.provision();
    expect(await countActive([first, second])).toBe(0);
  });

  it('the example API, which looks at signatures alone, refuses them within five seconds', async () => {
    const reader = await accounts.create({
      username: 'Reader of revocations',
      mode: 'custom',
      permissions: ['service-accounts:read'],
    });
    const account = await accounts.create({ username: 'Calls the API', mode: 'agent' });
    const failures: unknown[] = [];
    const feed = followRevocations({
      url: `${live.url}/api/v1/tenants/acme/revocations`,
      token: clientCredentials(new URL(live.realm.tokenUrl), reader.clientId, reader.clientSecret),
      onFailure: (error) => void failures.push(error),
    });
    const keys = createRemoteJWKSet(new URL(`${live.realm.issuer}/protocol/openid-connect/certs`));
    const { issuer } = live.realm;
    const api = buildTenantApi({ issuer, keys, isRevoked: feed.isRevoked, log: { write: () => undefined } });
    const url = '/gateway/api/v1/tenants/acme/customers';
    const call = async (token: string) =>
      (await api.inject({ url, headers: { authorization: `Bearer ${token}` } })).statusCode;
    try {
      const old = await tokenOf(account);
      expect(await call(old)).toBe(200);
      await accounts.revokeTokens(account.id);
      const refused = async () => (await call(old)) === 401;
      await vi.waitUntil(refused, { timeout: 5_000, interval: 50 });
      expect(await call(await tokenOf(account))).toBe(200);
      expect(failures).toEqual([]);
    } finally {
      feed.close();
      await api.close();
    }
  });

  it('an entry is listed until no token that it is about can be valid any more', async () => {
    const account = await accounts.create({ username: 'Swept', mode: 'agent' });
    await accounts.deactivate(account.id, { revokeTokens: true });
    const locks = await live.realm.uuidOf(names.locksClient);
    const path = `/clients/${locks}/roles?search=revoked.acme.${account.clientId}&briefRepresentation=false`;
    const [record] = (await live.realm.admin('GET', path)).body;
    const { tokensRevokedBefore } = await accounts.get(account.id);
    const [expiresAt] = record.attributes['orki.expires-at'];
    expect(Date.parse(expiresAt)).toBe(Date.parse(tokensRevokedBefore ?? '') + 360_000);
    // As it is six minutes later.
    const attributes = { 'orki.expires-at': [new Date(Date.now() - 1).toISOString()] };
    await live.realm.admin('PUT', `/roles-by-id/${record.id}`, { ...record, attributes });
    const { revocations } = await accounts.revocations();
    expect(revocations.map(({ clientId }) => clientId)).not.toContain(account.clientId);
  });
});
