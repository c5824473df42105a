import type { PublicKeyToSet } from '@orki/service-accounts-client';
import type { MessageId } from '../i18n/languages.ts';

/** What a text turned out to be: public keys, or why it is none. */
export type ReadKeys = { readonly keys: readonly PublicKeyToSet[] } | { readonly fault: MessageId };

const begins = /-----BEGIN ([A-Z0-9 ]+)-----/;
const publicKeyPem = /-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----/g;

/** Kinds of keys that the service takes, as browsers import them. */
const kinds: readonly (EcKeyImportParams | RsaHashedImportParams | Algorithm)[] = [
  { name: 'ECDSA', namedCurve: 'P-256' },
  { name: 'Ed25519' },
  { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
];

/**
 * Reads public keys from PEM (RFC 7468), a JWK or a set of them (RFC 7517). A private key is recognized so that it is not
 * sent; whether a public key can be used is for the service to say.
 */
export async function readKeys(text: string): Promise<ReadKeys> {
  const trimmed = text.trim();
  if (trimmed === '') return { fault: 'field.keys.required' };
  return trimmed.startsWith('{') ? readJson(trimmed) : readPem(trimmed);
}

function readJson(text: string): ReadKeys {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { fault: 'field.keys.not-json' };
  }
  const set = (parsed as { keys?: unknown }).keys;
  const keys = (Array.isArray(set) ? set : [parsed]) as Record<string, unknown>[];
  if (keys.length === 0 || !keys.every((key) => typeof key === 'object' && typeof key?.kty === 'string')) {
    return { fault: 'field.keys.unknown' };
  }
  const isPrivate = keys.some((key) => 'd' in key || 'k' in key);
  return isPrivate ? { fault: 'field.keys.private-key' } : { keys };
}

async function readPem(text: string): Promise<ReadKeys> {
  const label = begins.exec(text)?.[1];
  if (label?.endsWith('PRIVATE KEY')) return { fault: 'field.keys.private-key' };
  if (label === 'CERTIFICATE') return { fault: 'field.keys.certificate' };
  const bodies = [...text.matchAll(publicKeyPem)].map(([, body = '']) => body);
  if (bodies.length === 0) return { fault: 'field.keys.unknown' };
  const keys = await Promise.all(bodies.map(importedKey));
  const known = keys.filter((key) => key !== undefined);
  return known.length === keys.length ? { keys: known } : { fault: 'field.keys.unsupported' };
}

/** The key as JSON; undefined for a kind that the service does not take. */
async function importedKey(base64: string): Promise<PublicKeyToSet | undefined> {
  for (const kind of kinds) {
    try {
      const bytes = Uint8Array.from(atob(base64.replaceAll(/\s/g, '')), (char) => char.charCodeAt(0));
      const key = await crypto.subtle.importKey('spki', bytes, kind, true, ['verify']);
      const { kty, crv, x, y, n, e } = await crypto.subtle.exportKey('jwk', key);
      return JSON.parse(JSON.stringify({ kty, crv, x, y, n, e }));
    } catch {
      // Of another kind.
    }
  }
  return undefined;
}

/** By what a key signs, also where it leaves that to the service. */
export function algorithmOf({ alg, kty }: PublicKeyToSet): string {
  if (typeof alg === 'string') return alg;
  return { EC: 'ES256', OKP: 'EdDSA', RSA: 'RS256' }[String(kty)] ?? String(kty);
}

export const kidOf = ({ kid }: PublicKeyToSet): string | undefined =>
  typeof kid === 'string' && kid !== '' ? kid : undefined;
