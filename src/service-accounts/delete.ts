import type { Caller } from '../auth/caller.ts';
import { requireHolding } from '../auth/rights.ts';
import type { Gateway } from '../keycloak/gateway.ts';
import { loadAccount, notFound } from './load.ts';

/**
 * Removes the account for good; its username is free again.
 * @throws {ServiceError} 403 when the account has rights that the caller lacks; 404 when there is none (any more).
 */
export async function deleteServiceAccount(
  gateway: Gateway,
  caller: Caller,
  tenantId: string,
  id: string,
): Promise<void> {
  const account = await loadAccount(gateway, tenantId, id);
  const [catalogue, mapped] = await Promise.all([gateway.catalogue(), gateway.grantedRoles(id)]);
  requireHolding(caller, catalogue, mapped);

  if (!(await gateway.deleteAccount(id))) throw notFound();
  await gateway.releaseUsername(tenantId, account.username, id);
}
