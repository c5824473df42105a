import { ServiceError } from '../errors.ts';
import type { Account } from './account.ts';
import type { Gateway } from './gateway.ts';

/**
 * The account of this tenant.
 * @throws {ServiceError} 404, in the same words and after the same one call to Keycloak, when there is none, when it
 * belongs to another tenant or is not finished, and when the id is that of a client which is no service account.
 */
export async function loadAccount(gateway: Gateway, tenantId: string, id: string): Promise<Account> {
  const account = await gateway.findAccount(id);
  if (account?.tenantId !== tenantId || account.unfinishedSince !== null) throw notFound();
  return account;
}

export const notFound = (): ServiceError => new ServiceError('service-account-not-found');
