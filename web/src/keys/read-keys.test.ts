import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { algorithmOf, readKeys } from './read-keys.ts';

const pemOf = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = generateKeyPairSync('ed25519');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

describe('public keys that somebody pastes', () => {
  it.each([
    ['ES256', ec.publicKey],
    ['EdDSA', ed.publicKey],
    ['RS256', rsa.publicKey],
  ])('are read from PEM: %s', async (alg, key) => {
    const read = await readKeys(`\n${pemOf(key)}\n`);
    expect(read).toEqual({ keys: [key.export({ format: 'jwk' })] });
    expect('keys' in read && read.keys.map(algorithmOf)).toEqual([alg]);
  });

  it('are read from PEM with two of them, from a JWK, and from a set', async () => {
    const [one, two] = [
      ec.publicKey.export({ format: 'jwk' }),
      { ...ed.publicKey.export({ format: 'jwk' }), kid: '2' },
    ];
    expect(await readKeys(pemOf(ec.publicKey) + pemOf(ed.publicKey))).toMatchObject({
      keys: [{ kty: 'EC' }, { kty: 'OKP' }],
    });
    expect(await readKeys(JSON.stringify(two))).toEqual({ keys: [two] });
    expect(await readKeys(JSON.stringify({ keys: [one, two] }, null, 2))).toEqual({ keys: [one, two] });
    expect(algorithmOf({ ...rsa.publicKey.export({ format: 'jwk' }), alg: 'PS256' })).toBe('PS256');
  });

  it.each([
    ['field.keys.private-key', ec.privateKey.export({ type: 'pkcs8', format: 'pem' })],
    ['field.keys.private-key', rsa.privateKey.export({ type: 'pkcs1', format: 'pem' })],
    ['field.keys.private-key', JSON.stringify(ec.privateKey.export({ format: 'jwk' }))],
    ['field.keys.private-key', JSON.stringify({ keys: [{ kty: 'oct', k: 'c2VjcmV0' }] })],
    ['field.keys.certificate', '-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----'],
    ['field.keys.unsupported', pemOf(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey)],
    ['field.keys.unsupported', '-----BEGIN PUBLIC KEY-----\nMII=\n-----END PUBLIC KEY-----'],
    ['field.keys.unknown', 'ssh-ed25519 AAAA somebody'],
    ['field.keys.unknown', '{"keys": []}'],
    ['field.keys.unknown', '{"kid": "no kind"}'],
    ['field.keys.not-json', '{"kty": "EC", '],
    ['field.keys.required', '  '],
  ])('are none: %s', async (fault, text) => {
    expect(await readKeys(String(text))).toEqual({ fault });
  });
});
