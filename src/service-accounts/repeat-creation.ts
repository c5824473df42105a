import { requireHolding } from '../permissions/holding.ts';
import { type Account, type AccountWithSecret, stampOf, updated, viewOf } from './account.ts';
import { keyReused, keySpent } from './idempotency-key.ts';
import type { Creation } from './make-account.ts';
import { moveRoles } from './move-roles.ts';
import type { OperationContext } from './operation.ts';
import { remembering, repetitionOf } from './remembered-requests.ts';
import { reserveUsername } from './reserve-username.ts';
import { requireTenantOn } from './under-lock.ts';

/**
 * What a creation comes to that was asked for before with the same key: the account as it is now, finished if it was
 * left unfinished, with a new secret; the one before is dead. Needs the account's lock.
 * @throws {ServiceError} 403 when the account has rights by now that the caller lacks, or its tenant is switched off;
 * 409 after ten minutes, or when its secret was regenerated since; 422 when the body is another one.
 */
export async function repeatCreation(
  context: OperationContext,
  creation: Creation,
  existing: Account,
  { request, body }: { request: string; body: string },
): Promise<AccountWithSecret> {
  const { gateway, caller, tenantId, onAccountRead } = context;
  const { account, roles, catalogue, settings } = creation;
  const { id, requests } = existing;
  onAccountRead(existing, catalogue);
  if (requests?.body !== body) throw keyReused();
  if (repetitionOf(requests, request) !== 'repeatable') {
    throw keySpent('The secret that this key set was replaced, or was set more than ten minutes ago.');
  }
  const [mapped] = await Promise.all([gateway.grantedRoles(id), requireTenantOn(gateway, tenantId)]);
  requireHolding(caller, catalogue, mapped);

  const isFinished = existing.unfinishedSince === null;
  if (!isFinished) await reserveUsername(gateway, tenantId, account.username, id);
  const stamp = stampOf(caller, existing, 'regenerate-secret');
  const secret = { value: account.secret, hint: account.secretHint };
  const remembered = remembering(requests, request, stamp.at);
  await gateway.replaceSecret(
    id,
    { secret, expiresAt: existing.secretExpiresAt, requests: remembered, previous: 'ends' },
    stamp,
  );
  if (!isFinished) {
    await gateway.assignTenantAndRoles(id, tenantId, []);
    await moveRoles(gateway, catalogue, id, mapped, roles);
    await gateway.finishAccount(id);
  }
  const fields = {
    secretHint: secret.hint,
    secretCreatedAt: stamp.at,
    previousSecret: null,
    requests: remembered,
    unfinishedSince: null,
  };
  return {
    ...viewOf(updated(existing, fields, stamp), catalogue),
    clientSecret: secret.value,
    endedSecretHints: [existing.secretHint],
    tokenUrl: settings.tokenUrl,
  };
}
