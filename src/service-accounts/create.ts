import { randomUUID } from 'node:crypto';
import { effectivePermissions, type Mode } from '../permissions/catalogue.ts';
import { requireHolding } from '../permissions/holding.ts';
import { rolesOf } from '../permissions/roles.ts';
import { type CreatedAccount, stampOf } from './account.ts';
import { createClientId } from './client-id.ts';
import { accountIdOf, bodyDigest, keySpent, requestDigest } from './idempotency-key.ts';
import { catalogueKnowing } from './known-permissions.ts';
import { type Creation, type CreationSettings, makeAccount } from './make-account.ts';
import type { OperationContext } from './operation.ts';
import { publicKeysOf, type SentKey } from './public-keys.ts';
import { requireRotation } from './regenerate-secret.ts';
import { firstRequest } from './remembered-requests.ts';
import { repeatCreation } from './repeat-creation.ts';
import { createSecret } from './secret.ts';
import { type ExpiryRequest, secretExpiryOf } from './secret-expiry.ts';
import { withAccountLock } from './under-lock.ts';

export interface CreateRequest extends ExpiryRequest {
  readonly username: string;
  readonly description?: string | null | undefined;
  readonly mode: Mode;
  readonly permissions?: readonly string[] | undefined;
  /** How it authenticates; by a secret when left out. `keys` go with `jwks` alone. */
  readonly credentials?:
    | { readonly type: 'secret' | 'jwks'; readonly keys?: readonly SentKey[] | undefined }
    | undefined;
}

/** A new account with its secret, and whether the same request was answered before. */
export interface CreatedServiceAccount {
  readonly account: CreatedAccount;
  readonly isReplay: boolean;
}

/**
 * Makes a service account and returns it with its secret, which nothing returns again; one with keys has no secret. With an Idempotency-Key the
 * request may be repeated for ten minutes, also after this process died: it makes no second account, finishes one that
 * was left unfinished, and gives it a new secret.
 * @throws {ServiceError} 400 unknown permission, a key that can't be used, or an end of the secret that can't be; 403 more rights than the caller holds, or a tenant that is switched
 * off; 409 username taken, tenant full, or a key that can't be repeated any more; 422 a key of another request. Whatever
 * goes wrong, nobody ever sees half an account.
 */
export async function createServiceAccount(
  context: OperationContext,
  request: CreateRequest,
  settings: CreationSettings,
): Promise<CreatedServiceAccount> {
  const { gateway, caller, tenantId, idempotencyKey } = context;
  const sentKeys = request.credentials?.keys;
  const keys = sentKeys === undefined ? null : await publicKeysOf(sentKeys, '/credentials/keys');
  const chosen = request.permissions ?? [];
  const catalogue = await catalogueKnowing(gateway, chosen);
  const permissions = request.mode === 'custom' ? effectivePermissions(catalogue, 'custom', chosen) : [];
  const roles = rolesOf({ mode: request.mode, permissions });
  requireHolding(caller, catalogue, roles);

  const keyed = idempotencyKey === undefined ? undefined : requestDigest(caller, 'create', idempotencyKey);
  const body = bodyDigest(request);
  const stamp = stampOf(caller, null, 'create');
  const { at } = stamp;
  const secret = createSecret();
  const secretExpiresAt =
    keys === null ? secretExpiryOf(request, at, null, settings.maxSecretLifetimeDays) : null;
  const creation: Creation = {
    account: {
      id: keyed === undefined ? randomUUID() : accountIdOf(keyed),
      clientId: createClientId(Date.now()),
      tenantId,
      username: request.username,
      description: request.description || null,
      mode: request.mode,
      permissions,
      keys,
      secret: secret.value,
      secretHint: keys === null ? secret.hint : '',
      secretExpiresAt,
      requests: keyed === undefined ? null : firstRequest(keyed, body, at),
      ...stamp,
    },
    roles,
    catalogue,
    settings,
  };
  await requireRotation(gateway, { overlapSeconds: 0, expiresAt: secretExpiresAt });
  if (keyed === undefined) {
    const account = await makeAccount({ ...context, isLocked: false }, creation);
    return { account, isReplay: false };
  }

  const { id } = creation.account;
  return withAccountLock(gateway, tenantId, id, async () => {
    const [existing, wasDeleted] = await Promise.all([
      gateway.findAccount(id),
      gateway.wasDeleted(tenantId, id),
    ]);
    if (existing !== undefined) {
      const account = await repeatCreation(context, creation, existing, { request: keyed, body });
      return { account, isReplay: true };
    }
    if (wasDeleted) throw keySpent('The service account that this key made was deleted.');
    return { account: await makeAccount({ ...context, isLocked: true }, creation), isReplay: false };
  });
}
