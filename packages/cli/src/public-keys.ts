import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { PublicKeyToSet } from '../../client/src/index.ts';
import { exitCodes, Failure } from './exit-codes.ts';

/**
 * The public keys of files: PEM (RFC 7468), a JWK, or a set of them (RFC 7517).
 * @throws {Failure} `usage` for anything else, private keys above all, before anything is sent
 */
export const readPublicKeys = (files: readonly string[]): PublicKeyToSet[] => files.flatMap(keysIn);

function keysIn(file: string): PublicKeyToSet[] {
  const text = contentOf(file).trim();
  const keys = text.startsWith('{') ? fromJson(text) : fromPem(text);
  if (keys === undefined) {
    throw new Failure(exitCodes.usage, `${file} contains no public key in PEM or as a JWK.`);
  }
  if (keys === 'private') {
    throw new Failure(
      exitCodes.usage,
      `${file} contains a private key, which was not sent. Give the public half: openssl pkey -in ${file} -pubout`,
    );
  }
  return keys;
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Failure(exitCodes.usage, `${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

type Found = PublicKeyToSet[] | 'private' | undefined;

function fromJson(text: string): Found {
  try {
    const parsed = JSON.parse(text);
    const keys: unknown[] = Array.isArray(parsed.keys) ? parsed.keys : [parsed];
    if (!keys.every(isJwk)) return undefined;
    return keys.some((key) => 'd' in key || 'k' in key) ? 'private' : keys;
  } catch {
    return undefined;
  }
}

const isJwk = (value: unknown): value is PublicKeyToSet =>
  typeof value === 'object' && value !== null && typeof (value as { kty?: unknown }).kty === 'string';

function fromPem(text: string): Found {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) return 'private';
  const blocks = text.match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g);
  try {
    return blocks?.map((block) => ({ ...createPublicKey(block).export({ format: 'jwk' }) }));
  } catch {
    return undefined;
  }
}
