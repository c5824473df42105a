import { ServiceError } from '../errors.ts';
import type { Caller } from '../permissions/caller.ts';
import type { Account } from './account.ts';

/** Whether the caller may replace a secret only if it is the caller's own: it lacks `service-accounts:write`. */
export const mayOnlyRotateOwn = ({ roles }: Caller): boolean => !roles.has('service-accounts:write');

/**
 * Holds such a caller to its own account, without a look at any other, and to the overlap: when the new secret ends is for
 * those to say who manage service accounts.
 * @param others what was sent beside the overlap
 * @throws {ServiceError} 403
 */
export function requireOwnRotation(caller: Caller, id: string, others: object): void {
  if (caller.accountId !== id) {
    throw new ServiceError('permission-missing', {
      detail:
        'With service-accounts:rotate-own a service account regenerates its own secret alone. This needs the permission service-accounts:write.',
    });
  }
  const field = Object.entries(others).find(([, value]) => value !== undefined)?.[0];
  if (field === undefined) return;
  throw new ServiceError('permission-missing', {
    detail: `With service-accounts:rotate-own you can send overlapSeconds alone. Leave out ${field}, or ask somebody who manages service accounts.`,
  });
}

/**
 * Makes sure that the secret is not younger than the token: whoever had a secret that was replaced because others knew it
 * must not obtain the new one with a token from before. Keycloak counts `iat` in whole seconds, so a token of the same
 * second counts as older.
 * @throws {ServiceError} 401, which a client answers with a new token
 */
export function requireCurrentToken({ issuedAt }: Caller, { secretCreatedAt }: Account): void {
  if (issuedAt > Math.floor(Date.parse(secretCreatedAt) / 1000)) return;
  throw new ServiceError('invalid-token', {
    detail:
      'The access token was issued before the secret of now was set, or within the same second. Obtain another one with the secret of now.',
    headers: { 'www-authenticate': 'Bearer realm="orki", error="invalid_token"' },
  });
}

/**
 * Keeps an account with keys from giving itself a secret in their place: by what it authenticates is for those to say who
 * manage service accounts.
 * @throws {ServiceError} 403
 */
export function requireSecretOfOwn({ keys }: Account): void {
  if (keys === null) return;
  throw new ServiceError('permission-missing', {
    detail:
      'This service account authenticates by keys, and has no secret to rotate. This needs the permission service-accounts:write.',
  });
}
