import { type AccountView, stampOf, updated, viewOf } from './account.ts';
import type { OperationContext } from './operation.ts';
import { revokeAlong } from './revocation.ts';
import { underLock } from './under-lock.ts';

export interface DeactivateRequest {
  /** Whether its tokens are revoked too, so that none comes back to life when it is activated. */
  readonly revokeTokens?: boolean | undefined;
}

/**
 * Stops the account from obtaining tokens, and ends those it has wherever they are introspected; does nothing to one
 * that is inactive, unless its tokens are to be revoked. It only takes power away, so no right of the account's is asked of
 * the caller.
 * @throws {ServiceError} 404
 */
export function deactivateServiceAccount(
  context: OperationContext,
  id: string,
  { revokeTokens = false }: DeactivateRequest = {},
): Promise<AccountView> {
  const { gateway, caller } = context;
  return underLock(context, id, async (account) => {
    const catalogue = await gateway.catalogue();
    if (!account.active && !revokeTokens) return viewOf(account, catalogue);
    const stamp = stampOf(caller, account, 'deactivate', revokeTokens ? ['tokensRevokedBefore'] : []);
    const status = { active: false, tenantOff: null };
    if (!revokeTokens) {
      await gateway.setStatus(id, status, stamp);
      return viewOf(updated(account, { active: false }, stamp), catalogue);
    }
    const { issuedBefore: tokensRevokedBefore } = await revokeAlong(gateway, account, (issuedBefore) =>
      gateway.setStatus(id, { ...status, tokensRevokedBefore: issuedBefore }, stamp),
    );
    return viewOf(updated(account, { active: false, tokensRevokedBefore }, stamp), catalogue);
  });
}
