import type { z } from 'zod';
import type { Gateway } from './gateway.ts';
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
  const changes = history.map(({ fields, ...change }) => ({ ...change, fields: [...fields] }));
  return { changes: changes.reverse() };
}
