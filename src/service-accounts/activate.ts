import { requireHolding } from '../auth/rights.ts';
import { type AccountView, changed, stampOf, viewOf } from './account.ts';
import { type Change, changeAccount } from './change.ts';

/**
 * Lets the account obtain tokens again; does nothing to one that is active.
 * @throws {ServiceError} 403 when the account has rights that the caller lacks; 404.
 */
export function activateServiceAccount(change: Change, id: string): Promise<AccountView> {
  const { gateway, caller } = change;
  return changeAccount(change, id, async (account) => {
    const [catalogue, mapped] = await Promise.all([gateway.catalogue(), gateway.grantedRoles(id)]);
    requireHolding(caller, catalogue, mapped);

    if (account.active) return viewOf(account, catalogue);
    const stamp = stampOf(caller);
    await gateway.setActive(id, true, stamp);
    return viewOf(changed(account, { active: true }, stamp), catalogue);
  });
}
