import { type AccountView, viewOf } from './account.ts';
import type { Gateway } from './gateway.ts';
import { loadAccount } from './load.ts';

/**
 * One account of the tenant, without its secret.
 * @throws {ServiceError} 404
 */
export async function getServiceAccount(
  gateway: Gateway,
  tenantId: string,
  id: string,
): Promise<AccountView> {
  const [account, catalogue] = await Promise.all([loadAccount(gateway, tenantId, id), gateway.catalogue()]);
  return viewOf(account, catalogue);
}
