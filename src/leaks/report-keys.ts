import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { z } from 'zod';
import { parseJson } from '../json.ts';

/** The keys by which a scanner signs its reports, by their identifiers. */
export type ReportKeys = ReadonlyMap<string, KeyObject>;

const published = z.object({
  public_keys: z.array(z.object({ key_identifier: z.string().min(1), key: z.string() })).min(1),
});

/**
 * Reads keys in the form in which GitHub publishes those of its secret scanning.
 * @throws {Error} whose message holds nothing of the text
 */
export function readReportKeys(text: string): ReportKeys {
  const keys = published.safeParse(parseJson(text)).data?.public_keys;
  if (keys === undefined)
    throw new Error('has to be JSON with public_keys, each with key_identifier and key');
  return new Map(keys.map(({ key_identifier: id, key }) => [id, readKey(key)]));
}

function readKey(pem: string): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = createPublicKey(pem);
  } catch {
    key = undefined;
  }
  if (key?.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  throw new Error('holds a key that is no public key of the curve P-256 in PEM');
}

/**
 * Whether a report was signed by one of the keys: ECDSA over P-256 with SHA-256, over the body as it was sent.
 * @param signature DER in base64
 */
export function isSigned(keys: ReportKeys, identifier: string, signature: string, body: Buffer): boolean {
  const key = keys.get(identifier);
  return key !== undefined && verify('sha256', body, key, Buffer.from(signature, 'base64'));
}
