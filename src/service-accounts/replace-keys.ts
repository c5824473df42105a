import { type AccountView, stampOf, updated, viewOf } from './account.ts';
import type { OperationContext } from './operation.ts';
import { type PublicKey, publicKeysOf, type SentKey, serializeKeys } from './public-keys.ts';
import { remembering } from './remembered-requests.ts';
import { underLockOfHolder } from './under-lock.ts';

/**
 * Has the account authenticate by these public keys, one or two, and by nothing else (`private_key_jwt`, RFC 7523). When
 * this returns, Keycloak refuses the keys and the secrets that it had before. Does nothing where the account has these
 * keys. Access tokens that were issued before live on until they expire.
 * @throws {ServiceError} 400 for what is not a public key that can be used; 403 when the account has rights that the
 * caller lacks; 404; 409; 412
 */
export async function replaceKeys(
  context: OperationContext,
  id: string,
  sent: readonly SentKey[],
): Promise<AccountView> {
  const { gateway, caller } = context;
  const keys = await publicKeysOf(sent, '/keys');
  return underLockOfHolder(context, id, async ({ account, catalogue }) => {
    if (account.isCurrentInConsole && areSame(account.keys, keys)) return viewOf(account, catalogue);
    const stamp = stampOf(caller, account, 'replace-keys');
    const requests = remembering(account.requests, null, stamp.at);
    await gateway.replaceKeys(id, { keys, requests }, stamp);
    return viewOf(updated(account, { ...keysInPlaceOfSecret(keys, stamp.at), requests }, stamp), catalogue);
  });
}

const areSame = (before: readonly PublicKey[] | null, keys: readonly PublicKey[]): boolean =>
  before !== null && serializeKeys(before) === serializeKeys(keys);

/** What an account shows of its credentials once it has keys, which were set at a time (RFC 3339). */
const keysInPlaceOfSecret = (keys: readonly PublicKey[], at: string) => ({
  keys,
  secretHint: '',
  secretCreatedAt: at,
  secretExpiresAt: null,
  previousSecret: null,
});
