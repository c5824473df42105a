import { type AccountView, stampOf, updated, viewOf } from './account.ts';
import type { OperationContext } from './operation.ts';
import { underLock } from './under-lock.ts';

/**
 * Stops the account from obtaining tokens, and ends those it has wherever they are introspected; does nothing to one
 * that is inactive. It only takes power away, so no right of the account's is asked of the caller.
 * @throws {ServiceError} 404
 */
export function deactivateServiceAccount(context: OperationContext, id: string): Promise<AccountView> {
  const { gateway, caller } = context;
  return underLock(context, id, async (account) => {
    const catalogue = await gateway.catalogue();
    if (!account.active) return viewOf(account, catalogue);
    const stamp = stampOf(caller, account, 'deactivate');
    await gateway.setStatus(id, { active: false, tenantOff: null }, stamp);
    return viewOf(updated(account, { active: false }, stamp), catalogue);
  });
}
