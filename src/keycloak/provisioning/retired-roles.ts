import { provisioningAttributes } from '../../names.ts';
import type { StoredRole } from './lookups.ts';

/** Whether this role of `orki-api` left the permission file in an earlier run. */
export function isRetired(role: StoredRole): boolean {
  return role.attributes?.[provisioningAttributes.retired]?.[0] === 'true';
}
