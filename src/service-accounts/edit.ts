import { requireHolding } from '../auth/rights.ts';
import { invalidField, isOutcomeUnknown } from '../errors.ts';
import type { AccountEdit, Gateway } from '../keycloak/gateway.ts';
import type { Mode } from '../permissions/catalogue.ts';
import { type Grant, grantOf, rolesOf } from '../permissions/roles.ts';
import { type Account, type AccountView, stampOf, viewOf } from './account.ts';
import { type Change, loadForChange } from './change.ts';
import { claimUsername } from './claim-username.ts';
import { getServiceAccount } from './get.ts';
import { catalogueKnowing, changeRoles } from './rights.ts';
import { permissionsRule } from './schemas.ts';
import { usernameKey } from './username.ts';

export interface EditRequest {
  readonly username?: string | undefined;
  readonly description?: string | null | undefined;
  readonly mode?: Mode | undefined;
  readonly permissions?: readonly string[] | undefined;
}

/**
 * Changes what is given and leaves the rest (RFC 7396). A change of mode leaves no role of the old one behind.
 * @throws {ServiceError} 400 permissions that don't fit the mode; 403 when the account has, or would get, rights that
 * the caller lacks; 404; 409 username taken.
 */
export async function editServiceAccount(
  change: Change,
  id: string,
  request: EditRequest,
): Promise<AccountView> {
  const { gateway, caller, tenantId } = change;
  const account = await loadForChange(change, id);
  const [catalogue, mapped] = await Promise.all([
    catalogueKnowing(gateway, request.permissions ?? []),
    gateway.grantedRoles(id),
  ]);
  const before = grantOf(mapped, catalogue);
  const after = resultingGrant(before, request);
  const wanted = changesRights(request) ? rolesOf(after) : mapped;
  requireHolding(caller, catalogue, [...mapped, ...wanted]);

  if (Object.values(request).every((value) => value === undefined)) return viewOf(account, catalogue);
  await withUsername(gateway, account, request.username, async () => {
    await changeRoles(gateway, catalogue, id, mapped, wanted);
    await gateway.editAccount(id, { ...textOf(request), ...after }, stampOf(caller));
  });
  return getServiceAccount(gateway, tenantId, id);
}

const changesRights = (request: EditRequest): boolean =>
  request.mode !== undefined || request.permissions !== undefined;

/** The grant that the account is to have; its mirror is written with every edit, so that it heals. */
function resultingGrant(before: Grant, request: EditRequest): Grant {
  const mode = request.mode ?? before.mode;
  const stays = mode === 'custom' && before.mode === 'custom' && request.permissions === undefined;
  if (stays) return before;
  const fault = permissionsRule(mode, request.permissions !== undefined);
  if (fault !== undefined && changesRights(request)) {
    throw invalidField('/permissions', mode === 'custom' ? 'required' : 'mode-not-custom', fault);
  }
  return { mode, permissions: request.permissions ?? [] };
}

function textOf(request: EditRequest): AccountEdit {
  return {
    ...(request.username === undefined ? {} : { username: request.username }),
    ...(request.description === undefined ? {} : { description: request.description || null }),
  };
}

/**
 * Runs `change` with the new username reserved, then gives the old one back. When the change fails the new one is
 * given back instead, unless nobody knows whether it took effect: then both stay until the unused one is abandoned.
 */
async function withUsername(
  gateway: Gateway,
  account: Account,
  username: string | undefined,
  change: () => Promise<void>,
): Promise<void> {
  const { id, tenantId } = account;
  if (username === undefined || usernameKey(username) === usernameKey(account.username)) return change();
  await claimUsername(gateway, tenantId, username, id);
  try {
    await change();
  } catch (error) {
    if (!isOutcomeUnknown(error)) await gateway.forCleanup().releaseUsername(tenantId, username, id);
    throw error;
  }
  await gateway.releaseUsername(tenantId, account.username, id);
}
