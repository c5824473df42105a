import { requireHolding } from '../auth/rights.ts';
import { type Account, type AccountWithSecret, changed, stampOf, viewOf } from './account.ts';
import { type Change, changeAccount } from './change.ts';
import { keySpent, requestOf } from './idempotency-key.ts';
import { remembering, repetitionOf } from './remembered-requests.ts';
import { createSecret } from './secret.ts';

/**
 * Gives the account a new secret and returns it, which nothing returns again. Keycloak refuses the old one from the
 * moment this returns; access tokens that were issued before live on until they expire. With an Idempotency-Key the
 * request may be repeated for ten minutes; each time the secret is a new one, and the one before is dead.
 * @throws {ServiceError} 403 when the account has rights that the caller lacks; 404; 409 when the key is spent.
 */
export function regenerateSecret(change: Change, id: string, tokenUrl: string): Promise<AccountWithSecret> {
  const { gateway, caller, idempotencyKey } = change;
  const request = idempotencyKey === undefined ? null : requestOf(caller, `regenerate ${id}`, idempotencyKey);
  const repetition = (account: Account) =>
    request === null ? 'new' : repetitionOf(account.requests, request);

  return changeAccount(
    change,
    id,
    async (account) => {
      const [catalogue, mapped] = await Promise.all([gateway.catalogue(), gateway.grantedRoles(id)]);
      requireHolding(caller, catalogue, mapped);
      if (repetition(account) === 'spent') {
        throw keySpent('The secret that this key set was replaced, or was set more than ten minutes ago.');
      }
      const secret = createSecret();
      const stamp = stampOf(caller);
      const requests = remembering(account.requests, request, stamp.at);
      if (repetition(account) === 'repeatable') change.isReplay = true;
      await gateway.replaceSecret(id, secret, stamp, requests);
      const after = { secretHint: secret.hint, secretCreatedAt: stamp.at, requests };
      return { ...viewOf(changed(account, after, stamp), catalogue), clientSecret: secret.value, tokenUrl };
    },
    { isRepeated: (account) => repetition(account) !== 'new' },
  );
}
