import { requireHolding } from '../auth/rights.ts';
import { type AccountWithSecret, stampOf } from './account.ts';
import { type Change, loadForChange } from './change.ts';
import { getServiceAccount } from './get.ts';
import { createSecret } from './secret.ts';

/**
 * Gives the account a new secret and returns it, which nothing returns again. Keycloak refuses the old one from the
 * moment this returns; access tokens that were issued before live on until they expire.
 * @throws {ServiceError} 403 when the account has rights that the caller lacks; 404.
 */
export async function regenerateSecret(
  change: Change,
  id: string,
  tokenUrl: string,
): Promise<AccountWithSecret> {
  const { gateway, caller, tenantId } = change;
  await loadForChange(change, id);
  const [catalogue, mapped] = await Promise.all([gateway.catalogue(), gateway.grantedRoles(id)]);
  requireHolding(caller, catalogue, mapped);

  const secret = createSecret();
  await gateway.replaceSecret(id, secret, stampOf(caller));
  const account = await getServiceAccount(gateway, tenantId, id);
  return { ...account, clientSecret: secret.value, tokenUrl };
}
