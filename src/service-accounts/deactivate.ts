import type { Caller } from '../auth/caller.ts';
import type { Gateway } from '../keycloak/gateway.ts';
import { type AccountView, stampOf, viewOf } from './account.ts';
import { getServiceAccount } from './get.ts';
import { loadAccount } from './load.ts';

/**
 * Stops the account from obtaining tokens, and ends those it has wherever they are introspected; does nothing to one
 * that is inactive. It only takes power away, so no right of the account's is asked of the caller.
 * @throws {ServiceError} 404
 */
export async function deactivateServiceAccount(
  gateway: Gateway,
  caller: Caller,
  tenantId: string,
  id: string,
): Promise<AccountView> {
  const account = await loadAccount(gateway, tenantId, id);
  if (!account.active) return viewOf(account, await gateway.catalogue());
  await gateway.setActive(id, false, stampOf(caller));
  return getServiceAccount(gateway, tenantId, id);
}
