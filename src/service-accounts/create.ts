import { randomUUID } from 'node:crypto';
import { requireHolding } from '../auth/rights.ts';
import type { Mode } from '../permissions/catalogue.ts';
import { effectivePermissions } from '../permissions/catalogue.ts';
import { rolesOf } from '../permissions/roles.ts';
import { type AccountWithSecret, actorOf } from './account.ts';
import { type Change, withLock } from './change.ts';
import { createClientId } from './client-id.ts';
import { accountIdOf, bodyDigest, keySpent, requestOf } from './idempotency-key.ts';
import { type Creation, makeAccount } from './make-account.ts';
import { firstRequest } from './remembered-requests.ts';
import { repeatCreation } from './repeat-creation.ts';
import { catalogueKnowing } from './rights.ts';
import { createSecret } from './secret.ts';

export interface CreateRequest {
  readonly username: string;
  readonly description?: string | null | undefined;
  readonly mode: Mode;
  readonly permissions?: readonly string[] | undefined;
}

export interface CreateSettings {
  readonly maxAccountsPerTenant: number;
  readonly tokenUrl: string;
}

/**
 * Makes a service account and returns it with its secret, which nothing returns again. With an Idempotency-Key the
 * request may be repeated for ten minutes, also after this process died: it makes no second account, finishes one that
 * was left half made, and gives it a new secret.
 * @throws {ServiceError} 400 unknown permission; 403 more rights than the caller holds; 409 username taken, tenant full,
 * or a key that can't be repeated any more; 422 a key of another request. Whatever goes wrong, nobody ever sees half an
 * account.
 */
export async function createServiceAccount(
  change: Change,
  request: CreateRequest,
  settings: CreateSettings,
): Promise<AccountWithSecret> {
  const { gateway, caller, tenantId, idempotencyKey } = change;
  const chosen = request.permissions ?? [];
  const catalogue = await catalogueKnowing(gateway, chosen);
  const permissions = request.mode === 'custom' ? effectivePermissions(catalogue, 'custom', chosen) : [];
  const roles = rolesOf({ mode: request.mode, permissions });
  requireHolding(caller, catalogue, roles);

  const secret = createSecret();
  const at = new Date().toISOString();
  const keyed = idempotencyKey === undefined ? undefined : requestOf(caller, 'create', idempotencyKey);
  const body = bodyDigest(request);
  const creation: Creation = {
    account: {
      id: keyed === undefined ? randomUUID() : accountIdOf(keyed),
      clientId: createClientId(Date.now()),
      tenantId,
      username: request.username,
      description: request.description || null,
      mode: request.mode,
      permissions,
      secret: secret.value,
      secretHint: secret.hint,
      requests: keyed === undefined ? null : firstRequest(keyed, body, at),
      at,
      by: actorOf(caller),
    },
    roles,
    catalogue,
    settings,
  };
  if (keyed === undefined) return makeAccount(change, creation);

  const { id } = creation.account;
  return withLock(gateway, tenantId, id, async () => {
    const existing = await gateway.findAccount(id);
    if (existing !== undefined) return repeatCreation(change, creation, existing, { request: keyed, body });
    if (await gateway.wasDeleted(tenantId, id)) {
      throw keySpent('The service account that this key made was deleted.');
    }
    return makeAccount(change, creation);
  });
}
