import { type AccountView, changed, stampOf, viewOf } from './account.ts';
import { type Change, changeAccount } from './change.ts';

/**
 * Stops the account from obtaining tokens, and ends those it has wherever they are introspected; does nothing to one
 * that is inactive. It only takes power away, so no right of the account's is asked of the caller.
 * @throws {ServiceError} 404
 */
export function deactivateServiceAccount(change: Change, id: string): Promise<AccountView> {
  const { gateway, caller } = change;
  return changeAccount(change, id, async (account) => {
    const catalogue = await gateway.catalogue();
    if (!account.active) return viewOf(account, catalogue);
    const stamp = stampOf(caller);
    await gateway.setActive(id, false, stamp);
    return viewOf(changed(account, { active: false }, stamp), catalogue);
  });
}
