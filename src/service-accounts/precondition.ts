import { ServiceError } from '../errors.ts';
import type { Account } from './account.ts';

const entityTag = /(W\/)?"([\x21\x23-\x7e]*)"/g;

/** The ETag of an account: its version. */
export const etagOf = ({ version }: Pick<Account, 'version'>): string => `"${version}"`;

/**
 * The condition that a caller set for a change (If-Match, RFC 9110, 13.1.1; strong comparison).
 * @throws {ServiceError} 412 when the account is no longer as the caller saw it.
 */
export function requireMatch(ifMatch: string | undefined, account: Account): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  for (const [, weak, tag] of ifMatch.matchAll(entityTag)) {
    if (weak === undefined && tag === account.version) return;
  }
  throw new ServiceError('precondition-failed', {
    detail: 'The service account has changed since you read it. Read it again, then decide.',
  });
}
