import { requireHolding } from '../auth/rights.ts';
import { inFull, invalidField, isOutcomeUnknown } from '../errors.ts';
import { halfDone, outcomeUnknown } from '../keycloak/calls/failures.ts';
import type { Catalogue, Mode } from '../permissions/catalogue.ts';
import { type Grant, grantOf, rolesOf } from '../permissions/roles.ts';
import { type Account, type AccountView, changed, stampOf, viewOf } from './account.ts';
import { type Change, changeAccount } from './change.ts';
import { claimUsername } from './claim-username.ts';
import type { AccountEdit, Gateway } from './gateway.ts';
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
export function editServiceAccount(change: Change, id: string, request: EditRequest): Promise<AccountView> {
  const { gateway, caller } = change;
  return changeAccount(change, id, async (account) => {
    const [catalogue, mapped] = await Promise.all([
      catalogueKnowing(gateway, request.permissions ?? []),
      gateway.grantedRoles(id),
    ]);
    const before = grantOf(mapped, catalogue);
    const after = resultingGrant(before, request);
    const wanted = changesRights(request) ? rolesOf(after) : mapped;
    requireHolding(caller, catalogue, [...mapped, ...wanted]);

    if (Object.values(request).every((value) => value === undefined)) return viewOf(account, catalogue);
    const edit = { ...textOf(request), ...after };
    const stamp = stampOf(caller);
    await withUsername(change, account, request.username, () =>
      withRoles(gateway, catalogue, id, mapped, wanted, () => gateway.editAccount(id, edit, stamp)),
    );
    return viewOf(changed(account, edit, stamp), catalogue);
  });
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
 * Runs `run` with the new username reserved, then gives the old one back. When the change fails the new one is
 * given back instead, unless nobody knows whether it took effect: then both stay until the unused one is abandoned.
 */
async function withUsername(
  { gateway, report }: Change,
  account: Account,
  username: string | undefined,
  run: () => Promise<void>,
): Promise<void> {
  const { id, tenantId } = account;
  if (username === undefined || usernameKey(username) === usernameKey(account.username)) return run();
  await claimUsername(gateway, tenantId, username, id);
  // What can't be given back counts as abandoned in forty seconds: the account bears another name.
  const giveBack = (name: string) => gateway.forCleanup().releaseUsername(tenantId, name, id).catch(report);
  try {
    await run();
  } catch (error) {
    if (!isOutcomeUnknown(error)) await giveBack(username);
    throw error;
  }
  await giveBack(account.username);
}

/**
 * Moves the roles, then runs `run`. When either fails, the roles are put back to what they were.
 * @throws {ServiceError} 503 or 504 when that fails too: the account may have other rights than before.
 */
async function withRoles(
  gateway: Gateway,
  catalogue: Catalogue,
  id: string,
  mapped: readonly string[],
  wanted: readonly string[],
  run: () => Promise<void>,
): Promise<void> {
  try {
    await changeRoles(gateway, catalogue, id, mapped, wanted);
    await run();
  } catch (error) {
    if (isOutcomeUnknown(error)) throw error;
    const cleanup = gateway.forCleanup();
    try {
      await changeRoles(cleanup, catalogue, id, await cleanup.grantedRoles(id), mapped);
    } catch (second) {
      const cause = new Error(`changing failed (${inFull(error)}), and so did putting the roles back`, {
        cause: second,
      });
      throw isOutcomeUnknown(second) ? outcomeUnknown(cause) : halfDone(cause);
    }
    throw error;
  }
}
