import type { Caller } from '../auth/caller.ts';
import { requireHolding } from '../auth/rights.ts';
import type { Gateway } from '../keycloak/gateway.ts';
import { type AccountView, stampOf, viewOf } from './account.ts';
import { getServiceAccount } from './get.ts';
import { loadAccount } from './load.ts';

/**
 * Lets the account obtain tokens again; does nothing to one that is active.
 * @throws {ServiceError} 403 when the account has rights that the caller lacks; 404.
 */
export async function activateServiceAccount(
  gateway: Gateway,
  caller: Caller,
  tenantId: string,
  id: string,
): Promise<AccountView> {
  const account = await loadAccount(gateway, tenantId, id);
  const [catalogue, mapped] = await Promise.all([gateway.catalogue(), gateway.grantedRoles(id)]);
  requireHolding(caller, catalogue, mapped);

  if (account.active) return viewOf(account, catalogue);
  await gateway.setActive(id, true, stampOf(caller));
  return getServiceAccount(gateway, tenantId, id);
}
