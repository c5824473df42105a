import type { z } from 'zod';
import type { Gateway } from './gateway.ts';
import { recordedActions, recordedFields } from './history.ts';
import { loadAccount } from './load.ts';
import type { historySchema } from './schemas.ts';

/**
 * The last changes of one account of the tenant, newest first; twenty at most.
 * @throws {ServiceError} 404
 */
export async function readHistory(
  gateway: Gateway,
  tenantId: string,
  id: string,
): Promise<z.infer<typeof historySchema>> {
  const { history } = await loadAccount(gateway, tenantId, id);
  const changes = history.map(({ at, by, action, fields }) => ({
    at,
    by,
    // A later version of this service may have recorded what this one has no name for.
    action: recordedActions.find((known) => known === action) ?? ('other' as const),
    fields: recordedFields.filter((known) => fields.includes(known)),
  }));
  return { changes: changes.reverse() };
}
