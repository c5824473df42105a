import { type Account, type AccountWithSecret, stampOf, updated, viewOf } from './account.ts';
import { keySpent, requestDigest } from './idempotency-key.ts';
import type { OperationContext } from './operation.ts';
import { remembering, repetitionOf } from './remembered-requests.ts';
import { createSecret } from './secret.ts';
import { underLockOfHolder } from './under-lock.ts';

/** An account with its secret, and whether the same request was answered before, with another secret. */
export interface DisclosedSecret {
  readonly account: AccountWithSecret;
  readonly isReplay: boolean;
}

/**
 * Gives the account a new secret and returns it, which nothing returns again. Keycloak refuses the old one from the
 * moment this returns; access tokens that were issued before live on until they expire. With an Idempotency-Key the
 * request may be repeated for ten minutes; each time the secret is a new one, and the one before is dead.
 * @throws {ServiceError} 403 when the account has rights that the caller lacks; 404; 409 when the key is spent.
 */
export function regenerateSecret(
  context: OperationContext,
  id: string,
  tokenUrl: string,
): Promise<DisclosedSecret> {
  const { gateway, caller, idempotencyKey } = context;
  const request =
    idempotencyKey === undefined ? null : requestDigest(caller, `regenerate ${id}`, idempotencyKey);
  const repetition = (account: Account) =>
    request === null ? 'new' : repetitionOf(account.requests, request);

  return underLockOfHolder(
    context,
    id,
    async ({ account, catalogue }) => {
      if (repetition(account) === 'spent') {
        throw keySpent('The secret that this key set was replaced, or was set more than ten minutes ago.');
      }
      const secret = createSecret();
      const stamp = stampOf(caller);
      const requests = remembering(account.requests, request, stamp.at);
      await gateway.replaceSecret(id, secret, stamp, requests);
      const fields = { secretHint: secret.hint, secretCreatedAt: stamp.at, requests };
      const view = viewOf(updated(account, fields, stamp), catalogue);
      return {
        account: { ...view, clientSecret: secret.value, tokenUrl },
        isReplay: repetition(account) === 'repeatable',
      };
    },
    { isRepeated: (account) => repetition(account) !== 'new' },
  );
}
