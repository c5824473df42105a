import { notFound } from './load.ts';
import type { OperationContext } from './operation.ts';
import { isCreationRemembered } from './remembered-requests.ts';
import { underLockOfHolder } from './under-lock.ts';

/**
 * Removes the account for good; its username is free again. One call decides: when that fails, the account is as it was.
 * @throws {ServiceError} 403 when the account has rights that the caller lacks; 404 when there is none (any more).
 */
export async function deleteServiceAccount(context: OperationContext, id: string): Promise<undefined> {
  const { gateway, tenantId, onCleanupFailure } = context;
  await underLockOfHolder(
    context,
    id,
    async ({ account }) => {
      if (!(await gateway.deleteAccount(id))) throw notFound();
      return account;
    },
    {
      isAllowedInTenantThatIsOff: true,
      // A username that can't be released now counts as abandoned, since no account has it.
      release: (lock, { username, requests, createdAt }) =>
        Promise.all([
          gateway.releaseUsername(tenantId, username, id).catch(onCleanupFailure),
          isCreationRemembered(requests, createdAt) ? lock.releaseAsDeleted() : lock.release(),
        ]),
    },
  );
}
