import { createHash } from 'node:crypto';
import { ServiceError } from '../errors.ts';
import type { Caller } from '../permissions/caller.ts';

/**
 * What identifies a request with an Idempotency-Key: who (subject and client; the issuer is one for all), where, what,
 * and the key. Nobody else's key, and no key of another tenant or operation, gives the same.
 */
export function requestDigest(caller: Caller, operation: string, key: string): string {
  return digest([caller.subject, caller.clientId, caller.tenantId, operation, key]);
}

/** A digest of a body by which the same one is known again, in whatever order its members came. */
export function bodyDigest(body: object): string {
  return digest(Object.entries(body).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * The id of the account that a request with a key makes: the same whenever it is repeated, on any replica, so that
 * Keycloak itself lets only one come about. A UUID of version 8 (RFC 9562, 5.8).
 */
export function accountIdOf(request: string): string {
  const bytes = createHash('sha256').update(request).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

const digest = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 27);

/** A 409: a secret that was set by this key is not shown again. */
export function keySpent(reason: string): ServiceError {
  return new ServiceError('idempotency-key-spent', {
    detail: `${reason} Nothing was changed. Read the service accounts to see their current state, then use a new key.`,
  });
}

/** A 422: under this key another request was made. */
export const keyReused = (): ServiceError =>
  new ServiceError('idempotency-key-reused', { detail: 'Use a new Idempotency-Key for another request.' });
