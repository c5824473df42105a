import { generateKeyPairSync } from 'node:crypto';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { authenticationParameters } from '../../src/keycloak/calls/client-authentication.ts';
import { keyId, publicKeySet, readPrivateKey, readPublicKeys } from '../../src/keycloak/calls/client-keys.ts';

const issuer = 'https://auth.orki.test/realms/orki';

function pair(namedCurve = 'P-256') {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
  return {
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }) as string,
  };
}

describe('an assertion of the service', () => {
  it('is signed by its key, for Keycloak alone, for seconds and once', async () => {
    const { privatePem, publicPem } = pair();
    const client = { clientId: 'own', issuer, credential: { privateKey: readPrivateKey(privatePem) } };
    const { client_assertion: assertion = '', ...others } = await authenticationParameters(client);
    expect(others).toEqual({
      client_id: 'own',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    });
    const keys = createLocalJWKSet(await publicKeySet(readPublicKeys(publicPem)));
    const checks = { issuer: 'own', subject: 'own', algorithms: ['ES256'] };
    const { payload } = await jwtVerify(assertion, keys, checks);
    expect(payload.aud).toBe(issuer);
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(30);
    expect(payload.jti).toMatch(/^[0-9a-f-]{36}$/);

    const { client_assertion: second } = await authenticationParameters(client);
    expect(second).not.toBe(assertion);
  });

  it('names its key as the public half is named', async () => {
    const { privatePem, publicPem } = pair();
    const privateKey = readPrivateKey(privatePem);
    const { client_assertion = '' } = await authenticationParameters({
      clientId: 'own',
      issuer,
      credential: { privateKey },
    });
    const [publicKey] = readPublicKeys(publicPem);
    expect(decodeProtectedHeader(client_assertion).kid).toBe(publicKey && (await keyId(publicKey)));
  });
});

describe('key files', () => {
  it('may hold several public keys, and never put a private one into the set', async () => {
    const { keys } = await publicKeySet(readPublicKeys(`${pair().publicPem}\n${pair().publicPem}`));
    expect(keys).toHaveLength(2);
    for (const key of keys) expect(Object.keys(key)).toEqual(['kty', 'x', 'y', 'crv', 'kid', 'alg', 'use']);
  });

  it.each([
    ['nothing', ''],
    ['something else', 'canary'],
    ['a private key', pair().privatePem],
    ['a key and something else', `${pair().publicPem}canary`],
    ['a broken key', '-----BEGIN PUBLIC KEY-----\ncanary\n-----END PUBLIC KEY-----\n'],
    ['a key of another curve', pair('P-384').publicPem],
  ])('of public keys are refused with %s, and none of it is repeated', (_what, pem) => {
    expect(() => readPublicKeys(pem)).toThrow(/^(has|holds) (?!.*canary)/);
  });

  it.each([
    ['nothing', ''],
    ['a public key', pair().publicPem],
    ['a key of another curve', pair('P-384').privatePem],
  ])('of a private key are refused with %s', (_what, pem) => {
    expect(() => readPrivateKey(pem)).toThrow(/^has to be /);
  });
});
