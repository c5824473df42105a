import { type AccountView, stampOf, viewOf } from './account.ts';
import { type Change, loadForChange } from './change.ts';
import { getServiceAccount } from './get.ts';

/**
 * Stops the account from obtaining tokens, and ends those it has wherever they are introspected; does nothing to one
 * that is inactive. It only takes power away, so no right of the account's is asked of the caller.
 * @throws {ServiceError} 404
 */
export async function deactivateServiceAccount(change: Change, id: string): Promise<AccountView> {
  const { gateway, caller, tenantId } = change;
  const account = await loadForChange(change, id);
  if (!account.active) return viewOf(account, await gateway.catalogue());
  await gateway.setActive(id, false, stampOf(caller));
  return getServiceAccount(gateway, tenantId, id);
}
