import { requireHolding } from '../auth/rights.ts';
import { stampOf } from './account.ts';
import { type Change, changeAccount } from './change.ts';
import { notFound } from './load.ts';
import { isCreationRemembered } from './remembered-requests.ts';

/**
 * Removes the account for good, after keeping it from obtaining tokens; its username is free again.
 * @throws {ServiceError} 403 when the account has rights that the caller lacks; 404 when there is none (any more).
 */
export function deleteServiceAccount(change: Change, id: string): Promise<undefined> {
  const { gateway, caller, tenantId } = change;
  let isRemembered = false;
  return changeAccount(
    change,
    id,
    async (account) => {
      const [catalogue, mapped] = await Promise.all([gateway.catalogue(), gateway.grantedRoles(id)]);
      requireHolding(caller, catalogue, mapped);
      isRemembered = isCreationRemembered(account.requests, account.createdAt);

      if (account.active) await gateway.setActive(id, false, stampOf(caller));
      if (!(await gateway.deleteAccount(id))) throw notFound();
      // The account is gone; a username that can't be given back now counts as abandoned in forty seconds.
      await gateway.releaseUsername(tenantId, account.username, id).catch(change.report);
      return undefined;
    },
    { giveBack: (lock) => (isRemembered ? lock.releaseAsDeleted() : lock.release()) },
  );
}
