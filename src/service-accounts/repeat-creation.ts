import { requireHolding } from '../permissions/holding.ts';
import { type Account, type CreatedAccount, stampOf, updated, viewOf } from './account.ts';
import { keyReused, keySpent } from './idempotency-key.ts';
import type { Creation } from './make-account.ts';
import { moveRoles } from './move-roles.ts';
import type { OperationContext } from './operation.ts';
import { remembering, repetitionOf } from './remembered-requests.ts';
import { reserveUsername } from './reserve-username.ts';
import { requireTenantOn } from './under-lock.ts';

/**
 * What a creation comes to that was asked for before with the same key: the account as it is now, finished if it was
 * left unfinished, with a new secret in place of the one before, or with the same keys. Needs the account's lock.
 * @throws {ServiceError} 403 when the account has rights by now that the caller lacks, or its tenant is switched off;
 * 409 after ten minutes, or when its secret was regenerated since; 422 when the body is another one.
 */
export async function repeatCreation(
  context: OperationContext,
  creation: Creation,
  existing: Account,
  { request, body }: { request: string; body: string },
): Promise<CreatedAccount> {
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
  const { keys, secretHint } = account;
  const stamp = stampOf(caller, existing, keys === null ? 'regenerate-secret' : 'replace-keys');
  const remembered = remembering(requests, request, stamp.at);
  if (keys === null) {
    const secret = { value: account.secret, hint: secretHint };
    const expiresAt = existing.secretExpiresAt;
    await gateway.replaceSecret(id, { secret, expiresAt, requests: remembered, previous: 'ends' }, stamp);
  } else await gateway.replaceKeys(id, { keys, requests: remembered }, stamp);
  if (!isFinished) {
    await gateway.assignTenantAndRoles(id, tenantId, []);
    await moveRoles(gateway, catalogue, id, mapped, roles);
    await gateway.finishAccount(id);
  }
  const fields = {
    secretHint,
    secretCreatedAt: stamp.at,
    previousSecret: null,
    requests: remembered,
    unfinishedSince: null,
  };
  return {
    ...viewOf(updated(existing, fields, stamp), catalogue),
    clientSecret: keys === null ? account.secret : null,
    endedSecretHints: keys === null ? [existing.secretHint] : [],
    tokenUrl: settings.tokenUrl,
  };
}
