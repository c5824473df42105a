import { createHmac, randomUUID } from 'node:crypto';
import {
  base64url,
  createLocalJWKSet,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  importJWK,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from 'jose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createTokenVerifier } from '../../src/auth/token-verifier.ts';
import { issuer } from '../support/test-app.ts';

const ec = await generateKeyPair('ES256', { extractable: true });
const rsa = await generateKeyPair('RS256', { extractable: true });
const stranger = await generateKeyPair('ES256', { extractable: true });
const ecJwk = await exportJWK(ec.publicKey);
const keys = createLocalJWKSet({
  keys: [
    { ...ecJwk, kid: 'ec', alg: 'ES256', use: 'sig' },
    { ...(await exportJWK(rsa.publicKey)), kid: 'rsa', alg: 'RS256', use: 'sig' },
  ],
});
const verify = createTokenVerifier({ issuer, keys });

/** Whatever somebody may have put into a token. */
type Claims = Record<string, unknown>;

const now = () => Math.floor(Date.now() / 1000);
const payload = (claims: Claims = {}): JWTPayload => ({
  iss: issuer,
  aud: 'orki-api',
  sub: 'subject',
  azp: 'orki-frontend',
  typ: 'Bearer',
  tenant_id: 'acme',
  preferred_username: 'somebody',
  iat: now(),
  exp: now() + 60,
  resource_access: { 'orki-api': { roles: ['ai:use'] } },
  ...claims,
});

function signed(
  claims: Claims = {},
  header: Partial<JWTHeaderParameters> = {},
  key = ec.privateKey,
): Promise<string> {
  return new SignJWT(payload(claims)).setProtectedHeader({ alg: 'ES256', kid: 'ec', ...header }).sign(key);
}

/** A token put together by hand, where a library would refuse to. */
function assembled(header: object, signature: (input: string) => Uint8Array): string {
  const input = [header, payload()].map((part) => base64url.encode(JSON.stringify(part))).join('.');
  return `${input}.${base64url.encode(signature(input))}`;
}

const refused = { status: 401, code: 'invalid-token' };

describe('a token that is accepted', () => {
  it('says who is calling, by its claims and nothing else', async () => {
    expect(await verify(await signed())).toEqual({
      subject: 'subject',
      username: 'somebody',
      issuedAt: expect.closeTo(now(), -2),
      clientId: 'orki-frontend',
      tenantId: 'acme',
      roles: new Set(['ai:use']),
    });
  });

  it.each([
    ['one audience of several', { aud: ['account', 'orki-api'] }],
    ['no roles at all', { resource_access: undefined }],
    ['roles of other clients alone', { resource_access: { account: { roles: ['x'] } } }],
    ['no preferred_username', { preferred_username: undefined }],
    ['an end 15 s ago', { exp: now() - 15 }],
    ['a start in 20 s', { nbf: now() + 20 }],
  ])('may have %s', async (_name, claims) => {
    await expect(verify(await signed(claims))).resolves.toMatchObject({ tenantId: 'acme' });
  });

  it('may be signed RS256, as Keycloak does by default', async () => {
    const token = await signed({}, { alg: 'RS256', kid: 'rsa' }, rsa.privateKey);
    await expect(verify(token)).resolves.toMatchObject({ subject: 'subject' });
  });
});

describe('a token that is refused', () => {
  it.each<[string, Claims]>([
    ['another issuer', { iss: 'https://auth.example.test/realms/master' }],
    ['an issuer that begins alike', { iss: `${issuer}2` }],
    ['no issuer', { iss: undefined }],
    ['another audience', { aud: 'account' }],
    ['no audience', { aud: undefined }],
    ['audiences that are all others', { aud: ['account', 'orki-api-2'] }],
    ['no audience in an array', { aud: [] }],
    ['the kind of an ID token', { typ: 'ID' }],
    ['the kind of a refresh token', { typ: 'Refresh' }],
    ['the kind of an offline token', { typ: 'Offline' }],
    ['no kind', { typ: undefined }],
    ['an end 31 s ago', { exp: now() - 31 }],
    ['no end', { exp: undefined }],
    ['an end that is text', { exp: String(now() + 60) }],
    ['no time of issue', { iat: undefined }],
    ['a start in 60 s', { nbf: now() + 60 }],
    ['no tenant', { tenant_id: undefined }],
    ['an empty tenant', { tenant_id: '' }],
    ['two tenants', { tenant_id: ['acme', 'globex'] }],
    ['one tenant in an array', { tenant_id: ['acme'] }],
    ['a tenant that is a number', { tenant_id: 7 }],
    ['a tenant that is an object', { tenant_id: { acme: true } }],
    ['a tenant in another case', { tenant_id: undefined, Tenant_Id: 'acme' }],
    ['no subject', { sub: undefined }],
    ['no client', { azp: undefined }],
    ['roles that are text', { resource_access: { 'orki-api': { roles: 'mode-admin' } } }],
  ])('has %s', async (_name, claims) => {
    await expect(verify(await signed(claims))).rejects.toMatchObject(refused);
  });

  it.each<[string, Partial<JWTHeaderParameters>]>([
    ['a kid that is a path', { kid: '../../../dev/null' }],
    ['an unknown kid', { kid: randomUUID() }],
    ['a kid of another kind of key', { kid: 'rsa' }],
  ])('names %s', async (_name, header) => {
    await expect(verify(await signed({}, header))).rejects.toMatchObject(refused);
  });

  it('is signed by a key that it brings along or points to', async () => {
    const jwk = await exportJWK(stranger.publicKey);
    for (const header of [{ jwk }, { jku: 'http://127.0.0.1:9/keys' }, { x5u: 'http://127.0.0.1:9/cert' }]) {
      const token = await signed({}, header, stranger.privateKey);
      await expect(verify(token)).rejects.toMatchObject(refused);
    }
  });

  it('asks for an extension that nobody here knows (crit)', async () => {
    const sign = new SignJWT(payload()).setProtectedHeader({ alg: 'ES256', kid: 'ec', crit: ['x'], x: 1 });
    const token = await sign.sign(ec.privateKey, { crit: { x: true } });
    await expect(verify(token)).rejects.toMatchObject(refused);
  });

  it.each(['none', 'None', 'NONE', ''])('has the algorithm %j', async (alg) => {
    const token = assembled({ alg, kid: 'ec' }, () => new Uint8Array());
    await expect(verify(token)).rejects.toMatchObject(refused);
  });

  it('is an HMAC with the public key as its secret', async () => {
    for (const secret of [await exportSPKI(ec.publicKey), JSON.stringify(ecJwk)]) {
      const hmac = (input: string) => createHmac('sha256', secret).update(input).digest();
      await expect(verify(assembled({ alg: 'HS256', kid: 'ec' }, hmac))).rejects.toMatchObject(refused);
      await expect(verify(assembled({ alg: 'ES256', kid: 'ec' }, hmac))).rejects.toMatchObject(refused);
    }
  });

  it('is signed with an algorithm that Keycloak was not told to use, though by a key of the realm', async () => {
    const anyAlgorithm = createLocalJWKSet({ keys: [{ ...(await exportJWK(rsa.publicKey)), kid: 'rsa' }] });
    const jwk = await exportJWK(rsa.privateKey);
    const token = await new SignJWT(payload())
      .setProtectedHeader({ alg: 'PS256', kid: 'rsa' })
      .sign(await importJWK(jwk, 'PS256'));
    const verifyAny = createTokenVerifier({ issuer, keys: anyAlgorithm });
    await expect(verifyAny(token)).rejects.toMatchObject(refused);
  });

  it('had a claim changed after it was signed', async () => {
    const [header, , signature] = (await signed()).split('.');
    const forged = base64url.encode(JSON.stringify(payload({ tenant_id: 'globex' })));
    await expect(verify(`${header}.${forged}.${signature}`)).rejects.toMatchObject(refused);
  });

  it.each(['x', 'a.b', 'a.b.c', '..', 'e30.e30.', 'eyJhbGciOiJFUzI1NiJ9.e30.!', 'a.b.c.d.e'])(
    'is none: %s',
    async (token) => {
      await expect(verify(token)).rejects.toMatchObject(refused);
    },
  );

  it('tells the caller nothing of the reason but that it has expired', async () => {
    const cause = await verify(await signed({ iss: 'https://evil.test' })).catch((error: unknown) => error);
    expect(cause).toMatchObject({ detail: expect.not.stringMatching(/iss|evil/) });
    await expect(verify(await signed({ exp: now() - 60 }))).rejects.toMatchObject({
      detail: 'The access token has expired.',
    });
  });
});

describe('keys that cannot be had', () => {
  it.each([
    ['the network', new TypeError('fetch failed')],
    ['anything unforeseen', new Error('canary')],
  ])('make a 503 with Retry-After, not a 401, when the cause is %s', async (_name, cause) => {
    const unreachable = createTokenVerifier({ issuer, keys: () => Promise.reject(cause) });
    await expect(unreachable(await signed())).rejects.toMatchObject({
      status: 503,
      code: 'keycloak-unavailable',
      headers: { 'retry-after': '5' },
      detail: expect.not.stringContaining('canary'),
    });
  });
});

describe('a token that was verified a moment ago', () => {
  afterEach(() => void vi.useRealTimers());

  function remembering(rememberedForMs: number) {
    const asked = vi.fn(keys);
    return { asked, verify: createTokenVerifier({ issuer, keys: asked, rememberedForMs }) };
  }

  it('is not verified again, and says the same', async () => {
    const { asked, verify } = remembering(60_000);
    const token = await signed();
    const first = await verify(token);
    expect(await verify(token)).toEqual(first);
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it('is verified again after the time for which it is remembered', async () => {
    const { asked, verify } = remembering(1);
    const token = await signed();
    await vi.waitUntil(async () => (await verify(token)) && asked.mock.calls.length > 1);
    expect(asked.mock.calls.length).toBeGreaterThan(1);
  });

  it('is refused once it has expired', async () => {
    const { verify } = remembering(60_000);
    const token = await signed({ exp: now() + 5 });
    await verify(token);
    vi.useFakeTimers({ now: Date.now() + 36_000, toFake: ['Date'] });
    await expect(verify(token)).rejects.toMatchObject({
      ...refused,
      detail: 'The access token has expired.',
    });
  });

  it('lets no other token in: not one with another signature, and not one that was refused', async () => {
    const { verify } = remembering(60_000);
    const token = await signed();
    await verify(token);
    const forged = await signed({}, {}, stranger.privateKey);
    const resigned = `${token.slice(0, token.lastIndexOf('.'))}${forged.slice(forged.lastIndexOf('.'))}`;
    for (const other of [resigned, forged, forged])
      await expect(verify(other)).rejects.toMatchObject(refused);
  });
});
