import { type AccountView, stampOf, updated, viewOf } from './account.ts';
import type { OperationContext } from './operation.ts';
import { type Revocation, revokeAlong, untilGoodAgain } from './revocation.ts';
import { underLock } from './under-lock.ts';

/** An account, and what became of its tokens. */
export type AccountWithRevocation = AccountView & { readonly revocation: Revocation };

/**
 * Revokes all access tokens of the account that were issued until now: introspection refuses them from the moment this
 * returns. Its secret goes on to work. It only takes power away, so no right of the account's is asked of the caller.
 * @throws {ServiceError} 404; what `revokeAlong` throws
 */
export async function revokeTokens(context: OperationContext, id: string): Promise<AccountWithRevocation> {
  const { gateway, caller } = context;
  const account = await underLock(context, id, async (before) => {
    const catalogue = await gateway.catalogue();
    const stamp = stampOf(caller, before, 'revoke-tokens');
    const revocation = await revokeAlong(gateway, before, (tokensRevokedBefore) =>
      gateway.setStatus(id, { tokensRevokedBefore }, stamp),
    );
    const fields = { tokensRevokedBefore: revocation.issuedBefore };
    return { ...viewOf(updated(before, fields, stamp), catalogue), revocation };
  });
  await untilGoodAgain(account.revocation);
  return account;
}
