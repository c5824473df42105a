import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const prefix = 'orki_sa_';
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** What a secret scanner looks for: the prefix, 43 characters of randomness and six of checksum, all base62. */
export const secretPattern = /^orki_sa_[0-9A-Za-z]{49}$/;

export interface Secret {
  readonly value: string;
  /** The four characters before the checksum: enough to tell secrets apart, about 24 of 256 bits given away. */
  readonly hint: string;
}

/**
 * A new client secret: 256 bits of `crypto.randomBytes` in base62, with a prefix and a CRC-32 by which scanners tell
 * a real one from a look-alike. All characters stand for themselves in a form body and in HTTP Basic.
 */
export function createSecret(): Secret {
  const random = base62(BigInt(`0x${randomBytes(32).toString('hex')}`), 43);
  const body = `${prefix}${random}`;
  return { value: `${body}${checksum(body)}`, hint: random.slice(-4) };
}

/** Whether `value` has the form of a secret and its checksum is right. Says nothing about its being in use. */
export function isWellFormedSecret(value: string): boolean {
  return secretPattern.test(value) && checksum(value.slice(0, -6)) === value.slice(-6);
}

/** SHA-256 of a secret, in hex: nobody finds 256 random bits by it, and whoever has the secret finds the account. */
export const secretDigest = (value: string): string => createHash('sha256').update(value).digest('hex');

const checksum = (body: string): string => base62(BigInt(crc32(body)), 6);

function base62(value: bigint, length: number): string {
  let digits = '';
  for (let rest = value; digits.length < length; rest /= 62n) digits = alphabet[Number(rest % 62n)] + digits;
  return digits;
}
