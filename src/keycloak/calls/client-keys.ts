import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, type JWK } from 'jose';

/** Of the algorithms that Keycloak takes for assertions, the one whose keys and signatures are short. */
export const assertionAlgorithm = 'ES256';

const publicKeyPem = /-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g;

/**
 * Reads a P-256 private key (PEM, PKCS 8 or SEC 1).
 * @throws {Error} whose message holds nothing of the text
 */
export function readPrivateKey(pem: string): KeyObject {
  return requireP256(() => createPrivateKey(pem), 'has to be a private key in PEM');
}

/**
 * Reads P-256 public keys (PEM, SPKI) that stand one after the other.
 * @throws {Error} whose message holds nothing of the text
 */
export function readPublicKeys(pem: string): KeyObject[] {
  const blocks = pem.match(publicKeyPem) ?? [];
  if (blocks.length === 0 || pem.replace(publicKeyPem, '').trim() !== '') {
    throw new Error('has to hold public keys in PEM and nothing else');
  }
  return blocks.map((block) => requireP256(() => createPublicKey(block), 'holds a broken public key'));
}

function requireP256(read: () => KeyObject, otherwise: string): KeyObject {
  let key: KeyObject;
  try {
    key = read();
  } catch {
    throw new Error(otherwise);
  }
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new Error('has to be of the curve P-256');
  return key;
}

/** The key's RFC 7638 thumbprint: signer and Keycloak come to the same name without telling each other. */
export async function keyId(key: KeyObject): Promise<string> {
  return calculateJwkThumbprint(await exportJWK(key.type === 'private' ? createPublicKey(key) : key));
}

/** The keys as the JWK set (RFC 7517) by which Keycloak verifies assertions. */
export async function publicKeySet(keys: readonly KeyObject[]): Promise<{ keys: JWK[] }> {
  const jwks = keys.map(async (key) => ({
    ...(await exportJWK(key)),
    kid: await keyId(key),
    alg: assertionAlgorithm,
    use: 'sig',
  }));
  return { keys: await Promise.all(jwks) };
}
