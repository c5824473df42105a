import { type AccountView, stampOf, updated, viewOf } from './account.ts';
import type { OperationContext } from './operation.ts';
import { underLockOfHolder } from './under-lock.ts';

/**
 * Lets the account obtain tokens again; does nothing to one that is active.
 * @throws {ServiceError} 403 when the account has rights that the caller lacks; 404.
 */
export function activateServiceAccount(context: OperationContext, id: string): Promise<AccountView> {
  return underLockOfHolder(context, id, async ({ account, catalogue }) => {
    if (account.active) return viewOf(account, catalogue);
    const stamp = stampOf(context.caller, account, 'activate');
    await context.gateway.setStatus(id, { active: true, tenantOff: null }, stamp);
    return viewOf(updated(account, { active: true }, stamp), catalogue);
  });
}
