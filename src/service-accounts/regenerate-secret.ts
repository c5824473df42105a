import { requireHolding } from '../auth/rights.ts';
import { type AccountWithSecret, stampOf, viewOf, withVersion } from './account.ts';
import { type Change, loadForChange } from './change.ts';
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
  const { gateway, caller } = change;
  const { version: _, ...account } = await loadForChange(change, id);
  const [catalogue, mapped] = await Promise.all([gateway.catalogue(), gateway.grantedRoles(id)]);
  requireHolding(caller, catalogue, mapped);

  const secret = createSecret();
  const stamp = stampOf(caller);
  await gateway.replaceSecret(id, secret, stamp);
  // Not read back: if that failed, nobody would know the secret that is valid from now on.
  const replaced = withVersion({
    ...account,
    secretHint: secret.hint,
    secretCreatedAt: stamp.at,
    updatedAt: stamp.at,
    updatedBy: stamp.by,
  });
  return { ...viewOf(replaced, catalogue), clientSecret: secret.value, tokenUrl };
}
