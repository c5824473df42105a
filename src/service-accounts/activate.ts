import { requireHolding } from '../auth/rights.ts';
import { type AccountView, stampOf, viewOf } from './account.ts';
import { type Change, loadForChange } from './change.ts';
import { getServiceAccount } from './get.ts';

/**
 * Lets the account obtain tokens again; does nothing to one that is active.
 * @throws {ServiceError} 403 when the account has rights that the caller lacks; 404.
 */
export async function activateServiceAccount(change: Change, id: string): Promise<AccountView> {
  const { gateway, caller, tenantId } = change;
  const account = await loadForChange(change, id);
  const [catalogue, mapped] = await Promise.all([gateway.catalogue(), gateway.grantedRoles(id)]);
  requireHolding(caller, catalogue, mapped);

  if (account.active) return viewOf(account, catalogue);
  await gateway.setActive(id, true, stampOf(caller));
  return getServiceAccount(gateway, tenantId, id);
}
