import { requireHolding } from '../auth/rights.ts';
import { type Change, loadForChange } from './change.ts';
import { notFound } from './load.ts';

/**
 * Removes the account for good; its username is free again.
 * @throws {ServiceError} 403 when the account has rights that the caller lacks; 404 when there is none (any more).
 */
export async function deleteServiceAccount(change: Change, id: string): Promise<undefined> {
  const { gateway, caller, tenantId } = change;
  const account = await loadForChange(change, id);
  const [catalogue, mapped] = await Promise.all([gateway.catalogue(), gateway.grantedRoles(id)]);
  requireHolding(caller, catalogue, mapped);

  if (!(await gateway.deleteAccount(id))) throw notFound();
  await gateway.releaseUsername(tenantId, account.username, id);
}
