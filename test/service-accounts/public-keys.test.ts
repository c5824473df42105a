import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { describe, expect, it } from 'vitest';
import { ServiceError } from '../../src/errors.ts';
import {
  parseKeys,
  publicKeysOf,
  type SentKey,
  serializeKeys,
} from '../../src/service-accounts/public-keys.ts';

const jwkOf = ({ publicKey }: ReturnType<typeof generateKeyPairSync>): Record<string, unknown> =>
  publicKey.export({ format: 'jwk' }) as JsonWebKey as Record<string, unknown>;
const p256 = () => jwkOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }) as never);
const ed25519 = () => jwkOf(generateKeyPairSync('ed25519') as never);
const rsaPair = (modulusLength: number, publicExponent = 65_537) =>
  jwkOf(generateKeyPairSync('rsa', { modulusLength, publicExponent }) as never);
const rsa = rsaPair(2048);

/** Where and why keys are refused, and in which words. */
async function refusal(...keys: SentKey[]) {
  const outcome = await publicKeysOf(keys, '/keys').catch((error: unknown) => error);
  if (!(outcome instanceof ServiceError)) return outcome;
  expect(outcome.status).toBe(400);
  const [{ pointer = '', code = '' } = {}] = outcome.errors ?? [];
  return { at: `${pointer} ${code}`, detail: outcome.detail };
}
const refused = async (...keys: SentKey[]) => ((await refusal(...keys)) as { at: string }).at;

describe('a public key that is taken', () => {
  it('is one of ES256, EdDSA, RS256 or PS256, by its kind where it does not say', async () => {
    const algorithms = async (...keys: SentKey[]) =>
      (await publicKeysOf(keys, '/keys')).map(({ alg }) => alg);
    expect(await algorithms(p256(), ed25519())).toEqual(['ES256', 'EdDSA']);
    expect(await algorithms(rsa)).toEqual(['RS256']);
    expect(await algorithms({ ...rsa, alg: 'PS256' })).toEqual(['PS256']);
    expect(await algorithms({ ...ed25519(), alg: 'Ed25519' })).toEqual(['EdDSA']);
  });

  it('is kept with its own kid, or else with its thumbprint, and with nothing that it does not consist of', async () => {
    const key = p256();
    const [named, unnamed] = [
      (
        await publicKeysOf([{ ...key, kid: '2026-11', use: 'sig', key_ops: ['verify'], ext: true }], '/keys')
      )[0],
      (await publicKeysOf([key], '/keys'))[0],
    ];
    const stored = { ...key, alg: 'ES256', use: 'sig' };
    expect(named).toEqual({ ...stored, kid: '2026-11' });
    expect(unnamed).toEqual({ ...stored, kid: await calculateJwkThumbprint(key) });
  });

  it('is the same after it was stored', async () => {
    const keys = await publicKeysOf([p256(), { ...rsa, alg: 'PS256', kid: 'next' }], '/keys');
    expect(parseKeys(serializeKeys(keys))).toEqual(keys);
  });

  it('may come from a browser, whatever that adds', async () => {
    const { publicKey } = await generateKeyPair('RS256', { extractable: true });
    const exported = await crypto.subtle.exportKey('jwk', publicKey);
    expect(await publicKeysOf([exported as SentKey], '/keys')).toMatchObject([
      { alg: 'RS256', n: exported.n },
    ]);
  });
});

describe('what is no public key that can be used', () => {
  it('is refused, a private or symmetric key without a word of it', async () => {
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    const secret = await exportJWK(privateKey);
    const answer = (await refusal(secret as SentKey)) as { at: string; detail: string };
    expect(answer.at).toBe('/keys/0/d private-key');
    expect(answer.detail).not.toContain(secret.d);
    expect(await refused({ ...rsa, p: 'AQAB' })).toBe('/keys/0/p private-key');
    expect(await refused({ kty: 'oct', k: 'c2VjcmV0' })).toBe('/keys/0/kty symmetric');
    expect(await refused({ ...p256(), k: 'c2VjcmV0' })).toBe('/keys/0/k private-key');
  });

  it.each(['jku', 'x5u'])('is refused with an address of keys in %s', async (member) => {
    expect(await refused({ ...p256(), [member]: 'https://attacker.test/keys' })).toBe(
      `/keys/0/${member} address`,
    );
  });

  it.each([
    ['/keys/0/kty unsupported', { kty: 'AKP' }],
    ['/keys/0/crv unsupported', { ...p256(), crv: 'P-384' }],
    ['/keys/0/crv unsupported', { ...ed25519(), crv: 'X25519' }],
    ['/keys/0/alg unsupported', { ...p256(), alg: 'none' }],
    ['/keys/0/alg unsupported', { ...p256(), alg: 'HS256' }],
    ['/keys/0/alg unsupported', { ...rsa, alg: 'RS512' }],
    ['/keys/0/alg unsupported', { ...rsa, alg: 'ES256' }],
    ['/keys/0/use not-for-signing', { ...p256(), use: 'enc' }],
    ['/keys/0/key_ops not-for-signing', { ...p256(), key_ops: ['encrypt'] }],
    ['/keys/0 unknown-member', { ...p256(), x5c: ['MII'] }],
    ['/keys/0 unknown-member', { ...p256(), n: rsa.n }],
    ['/keys/0/kid characters', { ...p256(), kid: '' }],
    ['/keys/0/kid characters', { ...p256(), kid: 'two words' }],
    ['/keys/0/kid characters', { ...p256(), kid: 7 }],
    ['/keys/0/x invalid-key', { kty: 'EC', crv: 'P-256', y: 'AAAA' }],
    ['/keys/0/x invalid-key', { ...p256(), x: 'not base64url!' }],
    ['/keys/0/x invalid-key', { ...p256(), x: { toString: 'AAAA' } }],
    ['/keys/0 invalid-key', { ...p256(), x: p256().x }],
    ['/keys/0 invalid-key', { ...ed25519(), x: 'AAAA' }],
  ])('is refused at %s', async (expected, key) => {
    expect(await refused(key as SentKey)).toBe(expected);
  });

  it('is an RSA key that is short, also behind zeros, long, even, or of a small exponent', async () => {
    const behindZeros = (n: unknown) =>
      Buffer.concat([Buffer.alloc(128), Buffer.from(String(n), 'base64url')]).toString('base64url');
    const short = rsaPair(1024);
    expect(await refused(short)).toBe('/keys/0/n weak-key');
    expect(await refused({ ...short, n: behindZeros(short.n) })).toBe('/keys/0/n weak-key');
    expect(await refused({ ...rsa, n: Buffer.alloc(1025, 0xff).toString('base64url') })).toBe(
      '/keys/0/n weak-key',
    );
    const even = Buffer.from(String(rsa.n), 'base64url').fill(0, 255).toString('base64url');
    expect(await refused({ ...rsa, n: even })).toBe('/keys/0/e weak-key');
    expect(await refused(rsaPair(2048, 3))).toBe('/keys/0/e weak-key');
    expect(await refused({ ...rsa, e: 'AQ' })).toBe('/keys/0/e weak-key');
  });

  it('is a point under which anybody can sign, in whatever spelling', async () => {
    const zero = Buffer.alloc(32).toString('base64url');
    expect(await refused({ kty: 'OKP', crv: 'Ed25519', x: zero })).toBe('/keys/0/x weak-key');
    // The last character has two bits that mean nothing.
    expect(await refused({ kty: 'OKP', crv: 'Ed25519', x: `${zero.slice(0, -1)}B` })).toBe(
      '/keys/0/x weak-key',
    );
    const ofOrderEight = '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05';
    const x = Buffer.from(ofOrderEight, 'hex').toString('base64url');
    expect(await refused({ kty: 'OKP', crv: 'Ed25519', x })).toBe('/keys/0/x weak-key');
  });

  it('is a second key that is the first one, or is called like it', async () => {
    const key = p256();
    expect(await refused({ ...key, kid: 'a' }, { ...key, kid: 'b' })).toBe('/keys/1 repeated');
    expect(await refused({ ...p256(), kid: 'a' }, { ...p256(), kid: 'a' })).toBe('/keys/1/kid repeated');
    expect(await refused(p256(), { ...rsa, d: 'AQAB' })).toBe('/keys/1/d private-key');
  });
});

describe('keys that somebody spoilt in the console', () => {
  it('are left out, and so is what is private in them', async () => {
    const [key] = await publicKeysOf([p256()], '/keys');
    const pasted = { ...key, d: 'secret', extra: 1, x5u: 'https://attacker.test' };
    const jwks = JSON.stringify({
      keys: [pasted, null, 'text', { kid: 'no kind', alg: 'ES256' }, { ...key, alg: 'HS256' }],
    });
    expect(parseKeys(jwks)).toEqual([key]);
    expect(parseKeys('{"keys": 1}')).toEqual([]);
    expect(parseKeys('not JSON')).toEqual([]);
    expect(parseKeys('')).toBeNull();
    expect(parseKeys(undefined)).toBeNull();
  });
});
