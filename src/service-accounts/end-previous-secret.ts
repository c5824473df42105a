import { type AccountView, stampOf, updated, viewOf } from './account.ts';
import type { OperationContext } from './operation.ts';
import { underLock } from './under-lock.ts';

/**
 * Ends the overlap of a rotation: Keycloak refuses the secret before from the moment this returns, and goes on to take the
 * one of now. Does nothing where there is no overlap. It only takes power away, so no right of the account's is asked of the
 * caller.
 * @throws {ServiceError} 404
 */
export function endPreviousSecret(context: OperationContext, id: string): Promise<AccountView> {
  const { gateway, caller } = context;
  return underLock(context, id, async (account) => {
    const catalogue = await gateway.catalogue();
    if (account.previousSecret === null) return viewOf(account, catalogue);
    const stamp = stampOf(caller, account, 'end-previous-secret');
    await gateway.endPreviousSecret(id, stamp);
    return viewOf(updated(account, { previousSecret: null }, stamp), catalogue);
  });
}
