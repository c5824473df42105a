import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { invalidField, type ServiceError } from '../errors.ts';
import { parseJson } from '../json.ts';

export const keyAlgorithms = ['ES256', 'EdDSA', 'RS256', 'PS256'] as const;
export type KeyAlgorithm = (typeof keyAlgorithms)[number];

/** A public key as JSON (RFC 7517), with all that tells it from others and nothing else. */
export interface PublicKey {
  readonly kid: string;
  readonly alg: KeyAlgorithm;
  readonly use: 'sig';
  readonly kty: 'EC' | 'OKP' | 'RSA';
  readonly crv?: string;
  readonly x?: string;
  readonly y?: string;
  readonly n?: string;
  readonly e?: string;
}

/** Two are the overlap of a rotation. */
export const mostKeys = 2;

const smallestModulus = 2048;
/** Verifying takes Keycloak longer the longer the key is, and whoever knows a clientId can have it verify. */
const largestModulus = 8192;

/** RFC 7518, sections 6.2.2, 6.3.2 and 6.4, and RFC 8037, section 2. */
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
/** They name an address from which the key, or a certificate, is to be fetched: by Keycloak, from within the network. */
const addressMembers = ['jku', 'x5u'];
/** Beside those of the key itself. */
const describingMembers = ['kty', 'kid', 'alg', 'use', 'key_ops', 'ext'];

const kinds = {
  EC: { members: ['crv', 'x', 'y'], algorithms: ['ES256'] },
  OKP: { members: ['crv', 'x'], algorithms: ['EdDSA'] },
  RSA: { members: ['n', 'e'], algorithms: ['RS256', 'PS256'] },
} as const satisfies Record<
  PublicKey['kty'],
  { members: readonly string[]; algorithms: readonly KeyAlgorithm[] }
>;
const curves = { EC: 'P-256', OKP: 'Ed25519' } as const;

/**
 * The points of Ed25519 whose order divides eight, as `x` has them: under such a key many verifiers accept signatures that
 * anybody can make (RFC 8032, section 8.9; the points are those of the curve's torsion subgroup).
 */
const pointsOfSmallOrder = new Set(
  [
    '0100000000000000000000000000000000000000000000000000000000000000',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0000000000000000000000000000000000000000000000000000000000000080',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
    '0100000000000000000000000000000000000000000000000000000000000080',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    // The first and the third again, larger than the field's prime.
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  ].map((hex) => Buffer.from(hex, 'hex').toString('base64url')),
);

/** A JWK as a caller sends it. */
export type SentKey = Readonly<Record<string, unknown>>;

/**
 * The public keys that a caller sent, as they are stored: one or two, of ES256, EdDSA (Ed25519), RS256 or PS256. A key
 * without `alg` gets that of its kind (an RSA key RS256), one without `kid` its thumbprint (RFC 7638).
 * @param pointer where the keys are in the body (RFC 6901)
 * @throws {ServiceError} 400 for anything else, private halves above all, without a word of the key itself
 */
export async function publicKeysOf(sent: readonly SentKey[], pointer: string): Promise<PublicKey[]> {
  const keys = await Promise.all(sent.map((key, index) => publicKeyOf(key, `${pointer}/${index}`)));
  const [first, second] = keys;
  if (first !== undefined && second !== undefined) {
    if (first.kid === second.kid) {
      throw invalidField(
        `${pointer}/1/kid`,
        'repeated',
        'Both keys have the same kid. Give each one of its own.',
      );
    }
    if ((await calculateJwkThumbprint(first)) === (await calculateJwkThumbprint(second))) {
      throw invalidField(`${pointer}/1`, 'repeated', 'Both keys are the same. Send it once.');
    }
  }
  return keys;
}

async function publicKeyOf(sent: SentKey, pointer: string): Promise<PublicKey> {
  const refuse = (member: string, code: string, detail: string) =>
    invalidField(member === '' ? pointer : `${pointer}/${member}`, code, detail);
  refuseForbiddenMembers(sent, refuse);
  const kty = kindOf(sent, refuse);
  const members: readonly string[] = kinds[kty].members;
  const surplus = Object.keys(sent).find(
    (name) => !members.includes(name) && !describingMembers.includes(name),
  );
  if (surplus !== undefined) {
    const known = [...members, 'kty', 'kid', 'alg', 'use'].join(', ');
    throw refuse('', 'unknown-member', `A public key of this kind has the members ${known}, and no others.`);
  }
  if ((sent.use ?? 'sig') !== 'sig')
    throw refuse('use', 'not-for-signing', 'use has to be sig, or left out.');
  if (Array.isArray(sent.key_ops) && !sent.key_ops.includes('verify')) {
    throw refuse('key_ops', 'not-for-signing', 'key_ops has to name verify, or be left out.');
  }
  const alg = algorithmOf(sent, kty, refuse);
  const key = checkedMembers(sent, kty, refuse);
  const kid = sent.kid ?? (await calculateJwkThumbprint({ kty, ...key }));
  if (typeof kid !== 'string' || !/^[\x21-\x7e]{1,128}$/.test(kid)) {
    throw refuse('kid', 'characters', 'kid has to have 1 to 128 visible ASCII characters, or be left out.');
  }
  return { kid, alg, use: 'sig', kty, ...key };
}

type Refuse = (member: string, code: string, detail: string) => ServiceError;

function refuseForbiddenMembers(sent: SentKey, refuse: Refuse): void {
  if (sent.kty === 'oct') {
    throw refuse('kty', 'symmetric', 'This is a symmetric key. Send the public half of a key pair.');
  }
  const secret = privateMembers.find((name) => name in sent);
  if (secret !== undefined) {
    throw refuse(
      secret,
      'private-key',
      'This is a private key, which should never leave where it is used. Make a new key pair and send its public half.',
    );
  }
  const address = addressMembers.find((name) => name in sent);
  if (address !== undefined) {
    throw refuse(
      address,
      'address',
      'Keys are taken from the request alone, and fetched from nowhere. Leave it out.',
    );
  }
}

function kindOf({ kty, crv }: SentKey, refuse: Refuse): PublicKey['kty'] {
  if (kty !== 'EC' && kty !== 'OKP' && kty !== 'RSA') {
    throw refuse('kty', 'unsupported', 'kty has to be EC, OKP or RSA.');
  }
  if (kty !== 'RSA' && crv !== curves[kty]) {
    throw refuse('crv', 'unsupported', `crv has to be ${curves[kty]} for a key of kind ${kty}.`);
  }
  return kty;
}

function algorithmOf({ alg }: SentKey, kty: PublicKey['kty'], refuse: Refuse): KeyAlgorithm {
  const { algorithms } = kinds[kty];
  if (alg === undefined) return algorithms[0];
  // RFC 9864 gives the algorithm of Ed25519 a name of its own.
  const wanted = kty === 'OKP' && alg === 'Ed25519' ? 'EdDSA' : alg;
  const known = algorithms.find((name) => name === wanted);
  if (known === undefined) {
    throw refuse('alg', 'unsupported', `alg has to be ${algorithms.join(' or ')} for a key of kind ${kty}.`);
  }
  return known;
}

/** The numbers of which the key consists, in the one form that each has. */
function checkedMembers(sent: SentKey, kty: PublicKey['kty'], refuse: Refuse): Record<string, string> {
  const { members } = kinds[kty];
  for (const name of members) {
    const value = sent[name];
    if (typeof value !== 'string' || !/^[\w-]{1,2000}$/.test(value)) {
      throw refuse(name, 'invalid-key', `${name} has to be there, in base64url without padding.`);
    }
  }
  const key = asNodeReads({ kty, ...Object.fromEntries(members.map((name) => [name, sent[name]])) });
  if (key === undefined) {
    throw refuse('', 'invalid-key', 'This is not a public key. Export it again from where it was made.');
  }
  if (kty === 'OKP' && pointsOfSmallOrder.has(key.x ?? '')) {
    throw refuse('x', 'weak-key', 'Under this key anybody could sign. Make a new key pair.');
  }
  if (kty === 'RSA') checkRsa(key, refuse);
  return Object.fromEntries(members.map((name) => [name, key[name] ?? '']));
}

/** Also finds out whether a point is on its curve; undefined for what is no key. */
function asNodeReads(key: JsonWebKey): Record<string, string | undefined> | undefined {
  try {
    return createPublicKey({ key, format: 'jwk' }).export({ format: 'jwk' }) as Record<string, string>;
  } catch {
    return undefined;
  }
}

function checkRsa({ n = '', e = '' }: Record<string, string | undefined>, refuse: Refuse): void {
  const numberOf = (text: string) => BigInt(`0x${Buffer.from(text, 'base64url').toString('hex') || '0'}`);
  const modulus = numberOf(n);
  const bits = modulus.toString(2).length;
  if (bits < smallestModulus || bits > largestModulus) {
    const detail = `An RSA key has to have ${smallestModulus} to ${largestModulus} bits; this one has ${bits}.`;
    throw refuse('n', 'weak-key', detail);
  }
  const exponent = numberOf(e);
  if (modulus % 2n === 0n || exponent < 65_537n || exponent % 2n === 0n || exponent >= 2n ** 64n) {
    throw refuse(
      'e',
      'weak-key',
      'The exponent of an RSA key has to be 65537 (AQAB), as nearly every tool makes it.',
    );
  }
}

/** RFC 7517, section 5: as Keycloak keeps them. */
export const serializeKeys = (keys: readonly PublicKey[]): string => JSON.stringify({ keys });

/** What Keycloak keeps, less what somebody spoilt in its console; null for an account that has no keys. */
export function parseKeys(jwks: string | undefined): readonly PublicKey[] | null {
  if (!jwks) return null;
  const stored = parseJson(jwks) as { keys?: unknown } | undefined;
  const entries: unknown[] = Array.isArray(stored?.keys) ? stored.keys : [];
  return entries.filter(isStoredKey).map(asStored);
}

function isStoredKey(value: unknown): value is PublicKey {
  if (typeof value !== 'object' || value === null) return false;
  const { kid, alg, kty } = value as Partial<PublicKey>;
  return (
    typeof kid === 'string' && keyAlgorithms.some((name) => name === alg) && kty !== undefined && kty in kinds
  );
}

/** Only what is public, also of what somebody pasted in Keycloak's console. */
function asStored({ kid, alg, kty, ...rest }: PublicKey): PublicKey {
  const members = Object.entries(rest).filter(
    ([name, value]) => kinds[kty].members.some((member) => member === name) && typeof value === 'string',
  );
  return { kid, alg, use: 'sig', kty, ...Object.fromEntries(members) };
}
