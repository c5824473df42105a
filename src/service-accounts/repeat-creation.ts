import { requireHolding } from '../auth/rights.ts';
import { type Account, type AccountWithSecret, changed, stampOf, viewOf } from './account.ts';
import type { Change } from './change.ts';
import { claimUsername } from './claim-username.ts';
import { keyReused, keySpent } from './idempotency-key.ts';
import type { Creation } from './make-account.ts';
import { remembering, repetitionOf } from './remembered-requests.ts';
import { changeRoles } from './rights.ts';

/**
 * What a creation comes to that was asked for before with the same key: the account as it is now, made whole if it was
 * left half made, with a new secret; the one before is dead. Needs the account's lock.
 * @throws {ServiceError} 403 when the account has rights by now that the caller lacks; 409 after ten minutes, or when
 * its secret was regenerated since; 422 when the body is another one.
 */
export async function repeatCreation(
  change: Change,
  creation: Creation,
  existing: Account,
  { request, body }: { request: string; body: string },
): Promise<AccountWithSecret> {
  const { gateway, caller, tenantId } = change;
  const { account, roles, catalogue, settings } = creation;
  const { id, requests } = existing;
  change.before = existing;
  if (requests?.body !== body) throw keyReused();
  if (repetitionOf(requests, request) !== 'repeatable') {
    throw keySpent('The secret that this key set was replaced, or was set more than ten minutes ago.');
  }
  const mapped = await gateway.grantedRoles(id);
  requireHolding(caller, catalogue, mapped);

  const isWhole = existing.unfinishedSince === null;
  if (!isWhole) await claimUsername(gateway, tenantId, account.username, id);
  const stamp = stampOf(caller);
  const secret = { value: account.secret, hint: account.secretHint };
  const remembered = remembering(requests, request, stamp.at);
  await gateway.replaceSecret(id, secret, stamp, remembered);
  if (!isWhole) {
    await gateway.assignTenant(id, tenantId);
    await changeRoles(gateway, catalogue, id, mapped, roles);
    await gateway.finishAccount(id);
  }
  change.isReplay = true;
  const after = {
    secretHint: secret.hint,
    secretCreatedAt: stamp.at,
    requests: remembered,
    unfinishedSince: null,
  };
  return {
    ...viewOf(changed(existing, after, stamp), catalogue),
    clientSecret: secret.value,
    tokenUrl: settings.tokenUrl,
  };
}
