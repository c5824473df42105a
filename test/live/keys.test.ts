import { exportJWK, generateKeyPair, type JWK } from 'jose';
import * as oauth from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientAttributes } from '../../src/names.ts';
import type { KeyAlgorithm } from '../../src/service-accounts/public-keys.ts';
import { introspector } from '../support/live-oauth.ts';
import { type LiveService, liveService } from '../support/live-service.ts';

let live: LiveService;
let accounts: ReturnType<LiveService['clientOf']>;
beforeAll(async () => {
  live = await liveService('keys');
  accounts = live.clientOf();
});
afterAll(() => live[Symbol.asyncDispose]());

interface Signer {
  readonly alg: KeyAlgorithm;
  readonly kid: string;
  readonly privateKey: Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];
  readonly jwk: JWK;
}

async function signer(kid: string, alg: KeyAlgorithm = 'ES256'): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { alg, kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg } };
}
const jwks = (...signers: Signer[]) => ({
  type: 'jwks' as const,
  keys: signers.map(({ jwk }) => ({ ...jwk })),
});

/** What an integrator's OAuth library gets by signing with a key: the token, or how it is refused. */
async function tokenBy({ privateKey, kid, alg }: Signer, clientId: string): Promise<string> {
  const authentication = oauth.PrivateKeyJwt(
    { key: privateKey, kid },
    {
      // The library calls the algorithm of Ed25519 by the name that RFC 9864 gives it, which Keycloak 26.7 does not know.
      [oauth.modifyAssertion]: (header) => {
        if (alg === 'EdDSA') header.alg = alg;
      },
    },
  );
  const config = await oauth.discovery(new URL(live.realm.issuer), clientId, undefined, authentication, {
    execute: [oauth.allowInsecureRequests],
  });
  const answer = await oauth.clientCredentialsGrant(config).catch((error: unknown) => error);
  if (answer instanceof oauth.ResponseBodyError) return answer.error;
  return (answer as oauth.TokenEndpointResponse).access_token;
}
const isToken = (answer: string) => answer.split('.').length === 3;
const accepts = async (clientId: string, ...signers: Signer[]) =>
  Promise.all(signers.map(async (one) => isToken(await tokenBy(one, clientId))));

async function secretStatus(clientId: string, clientSecret: string): Promise<number> {
  const fields = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
  return (await fetch(live.realm.tokenUrl, { method: 'POST', body: new URLSearchParams(fields) })).status;
}

describe('at the token URL', () => {
  it.each(['ES256', 'EdDSA', 'RS256', 'PS256'] as const)(
    'a key of %s works, and its tokens are the same as any',
    async (alg) => {
      const key = await signer('first', alg);
      const { clientId, clientSecret } = await accounts.create({
        username: `By ${alg}`,
        mode: 'custom',
        permissions: ['customers:read'],
        credentials: jwks(key),
      });
      expect(clientSecret).toBeNull();
      const introspect = await introspector(live.realm);
      expect(await introspect(await tokenBy(key, clientId))).toMatchObject({
        active: true,
        azp: clientId,
        tenant_id: 'acme',
        resource_access: { 'orki-api': { roles: ['customers:read'] } },
      });
      const stranger = await signer('first', alg);
      expect(await accepts(clientId, stranger)).toEqual([false]);
    },
  );

  it('two keys of different kinds are the overlap of a rotation; a key that is left out ends at once', async () => {
    const [first, second, third] = [
      await signer('1'),
      await signer('2', 'EdDSA'),
      await signer('3', 'RS256'),
    ];
    const { id, clientId } = await accounts.create({
      username: 'Rotates',
      mode: 'agent',
      credentials: jwks(first),
    });
    await accounts.replaceKeys(id, jwks(first, second).keys);
    expect(await accepts(clientId, first, second)).toEqual([true, true]);
    await accounts.replaceKeys(id, jwks(second).keys);
    expect(await accepts(clientId, first, second)).toEqual([false, true]);
    await accounts.replaceKeys(id, jwks(third).keys);
    expect(await accepts(clientId, second, third)).toEqual([false, true]);
  });

  it('from secrets to keys and back, one kind works at a time and the other one ends with the answer', async () => {
    const key = await signer('only');
    const first = await accounts.create({ username: 'There and back', mode: 'agent' });
    const { id, clientId } = first;
    const second = await accounts.regenerateSecret(id, { overlapSeconds: 600 });
    await accounts.replaceKeys(id, jwks(key).keys);
    expect(await accepts(clientId, key)).toEqual([true]);
    for (const { clientSecret } of [first, second]) {
      expect(await secretStatus(clientId, clientSecret ?? '')).not.toBe(200);
    }
    const { clientSecret } = await accounts.regenerateSecret(id);
    expect(await secretStatus(clientId, clientSecret)).toBe(200);
    expect(await accepts(clientId, key)).toEqual([false]);
    // Nothing brings the keys back.
    await accounts.edit(id, { description: 'edited' });
    expect(await accepts(clientId, key)).toEqual([false]);
  });

  it('at no moment does a change from secrets to keys, or back, leave both or neither in use', async () => {
    const key = await signer('only');
    const { id, clientId, ...made } = await accounts.create({ username: 'Meanwhile', mode: 'agent' });
    let clientSecret = made.clientSecret ?? '';
    let isChanging = true;
    /** Whether the answer to the one came before the other was asked for, and both were yes, or both no. */
    const seen: { at: number; until: number; isTaken: boolean; kind: 'secret' | 'keys' }[] = [];
    const watch = async (kind: 'secret' | 'keys', ask: () => Promise<boolean>) => {
      while (isChanging) {
        const at = performance.now();
        const isTaken = await ask();
        seen.push({ at, until: performance.now(), isTaken, kind });
      }
    };
    const watching = [
      watch('secret', async () => (await secretStatus(clientId, clientSecret)) === 200),
      watch('keys', async () => (await accepts(clientId, key))[0] === true),
    ];
    const changes: { from: number; until: number; to: 'secret' | 'keys' }[] = [];
    for (let round = 0; round < 5; round++) {
      let from = performance.now();
      await accounts.replaceKeys(id, jwks(key).keys);
      changes.push({ from, until: performance.now(), to: 'keys' });
      from = performance.now();
      clientSecret = (await accounts.regenerateSecret(id)).clientSecret;
      changes.push({ from, until: performance.now(), to: 'secret' });
    }
    isChanging = false;
    await Promise.all(watching);
    // Between two changes exactly one kind is taken; while one is under way, no more than one.
    let wrong = 0;
    for (const { at, until, isTaken, kind } of seen) {
      const last = changes.findLast((change) => change.until <= at);
      const isSettled = !changes.some((change) => change.from < until && change.until > at);
      if (last !== undefined && isSettled && isTaken !== (last.to === kind)) wrong += 1;
    }
    expect(wrong).toBe(0);
    expect(seen.length).toBeGreaterThan(20);
  });

  it('deactivating ends keys as it ends secrets, and activating brings them back', async () => {
    const key = await signer('only');
    const { id, clientId } = await accounts.create({
      username: 'Off',
      mode: 'agent',
      credentials: jwks(key),
    });
    await accounts.deactivate(id);
    expect(await accepts(clientId, key)).toEqual([false]);
    await accounts.activate(id);
    expect(await accepts(clientId, key)).toEqual([true]);
  });
});

describe('an account with keys', () => {
  it('keeps them through every other change, also those in the console and by provisioning', async () => {
    const key = await signer('only');
    const { id, clientId } = await accounts.create({
      username: 'Keeps',
      mode: 'agent',
      credentials: jwks(key),
    });
    await accounts.edit(id, { description: 'edited', mode: 'custom', permissions: ['ai:use'] });
    await accounts.revokeTokens(id);
    await accounts.endPreviousSecret(id);
    const stored = (await live.realm.admin('GET', `/clients/${id}`)).body;
    expect((await live.realm.admin('PUT', `/clients/${id}`, { ...stored, name: 'edited' })).status).toBe(204);
    await live.realm.provision();
    await accounts.edit(id, { username: 'Kept' });
    expect(await accepts(clientId, key)).toEqual([true]);
    expect(await accounts.get(id)).toMatchObject({ credentials: { type: 'jwks', keys: [{ kid: 'only' }] } });
  });

  it('is asked for a signature again after a write that put the secret back, with its next change', async () => {
    const key = await signer('only');
    const { id, clientId } = await accounts.create({
      username: 'Older',
      mode: 'agent',
      credentials: jwks(key),
    });
    // What a version of the service does that knows no keys.
    const asService = await live.realm.asService();
    const edit = {
      directAccessGrantsEnabled: false,
      attributes: { [clientAttributes.description]: 'older' },
    };
    expect((await asService('PUT', `/clients/${id}`, edit)).status).toBe(204);
    expect((await live.realm.admin('GET', `/clients/${id}`)).body.clientAuthenticatorType).toBe(
      'client-secret',
    );
    expect(await accounts.get(id)).toMatchObject({ credentials: { type: 'jwks' } });
    await accounts.edit(id, { description: 'newer' });
    expect(await accepts(clientId, key)).toEqual([true]);
  });
});
