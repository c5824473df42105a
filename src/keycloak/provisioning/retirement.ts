import type { StoredRole } from './lookups.ts';

/**
 * Marks a role that was a permission once. Accounts may still hold it, so the service has to be able to take it
 * away, but no scope lets it into a token any more.
 */
export const retiredAttribute = 'orki.retired';

/** Whether this role of orki-api left the catalogue in an earlier run. */
export function isRetired(role: StoredRole): boolean {
  return role.attributes?.[retiredAttribute]?.[0] === 'true';
}
