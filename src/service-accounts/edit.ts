import { halfDone, invalidField, isOutcomeUnknown, messageWithCauses, outcomeUnknown } from '../errors.ts';
import type { Catalogue, Mode } from '../permissions/catalogue.ts';
import { requireHolding } from '../permissions/holding.ts';
import { type Grant, grantOf, rolesOf } from '../permissions/roles.ts';
import { type Account, type AccountView, stampOf, updated, viewOf } from './account.ts';
import type { AccountEdit, Gateway } from './gateway.ts';
import { catalogueKnowing } from './known-permissions.ts';
import { moveRoles } from './move-roles.ts';
import type { OperationContext } from './operation.ts';
import { reserveUsername } from './reserve-username.ts';
import { permissionsRule } from './schemas.ts';
import { underLockOfHolder } from './under-lock.ts';
import { usernameKey } from './username.ts';

export interface EditRequest {
  readonly username?: string | undefined;
  readonly description?: string | null | undefined;
  readonly mode?: Mode | undefined;
  readonly permissions?: readonly string[] | undefined;
}

/**
 * Changes only the fields that are sent (RFC 7396). A change of mode leaves no role of the old one behind.
 * @throws {ServiceError} 400 permissions that don't fit the mode; 403 when the account has, or would get, rights that
 * the caller lacks; 404; 409 username taken.
 */
export function editServiceAccount(
  context: OperationContext,
  id: string,
  request: EditRequest,
): Promise<AccountView> {
  const { gateway, caller } = context;
  return underLockOfHolder(context, id, async ({ account, roles }) => {
    const catalogue = await catalogueKnowing(gateway, request.permissions ?? []);
    const grant = changesRights(request) ? resultingGrant(grantOf(roles, catalogue), request) : undefined;
    const wanted = grant === undefined ? roles : rolesOf(grant);
    requireHolding(caller, catalogue, wanted);

    if (Object.values(request).every((value) => value === undefined)) return viewOf(account, catalogue);
    const edit = { ...textOf(request), ...grant };
    const stamp = stampOf(caller, account, 'edit', changedFields(account, edit));
    const write = () => gateway.editAccount(account, edit, stamp);
    await withUsername(context, account, request.username, () =>
      grant === undefined ? write() : withRoles(gateway, catalogue, { id, mapped: roles, wanted }, write),
    );
    return viewOf(updated(account, edit, stamp), catalogue);
  });
}

const changesRights = (request: EditRequest): boolean =>
  request.mode !== undefined || request.permissions !== undefined;

/** The grant that the account is to have. */
function resultingGrant(before: Grant, request: EditRequest): Grant {
  const mode = request.mode ?? before.mode;
  const stays = mode === 'custom' && before.mode === 'custom' && request.permissions === undefined;
  if (stays) return before;
  const fault = permissionsRule(mode, request.permissions !== undefined);
  if (fault !== undefined) {
    throw invalidField('/permissions', mode === 'custom' ? 'required' : 'mode-not-custom', fault);
  }
  return { mode, permissions: request.permissions ?? [] };
}

const editedFields = ['username', 'description', 'mode', 'permissions'] as const;

/** The fields that an edit makes something else of. */
function changedFields(account: Account, edit: AccountEdit): string[] {
  const isSame = (name: keyof AccountEdit) =>
    name === 'permissions'
      ? new Set(account.permissions).symmetricDifference(new Set(edit.permissions)).size === 0
      : account[name] === edit[name];
  return editedFields.filter((name) => edit[name] !== undefined && !isSame(name));
}

function textOf(request: EditRequest): AccountEdit {
  return {
    ...(request.username === undefined ? {} : { username: request.username }),
    ...(request.description === undefined ? {} : { description: request.description || null }),
  };
}

/**
 * Runs `run` with the new username reserved, then releases the old one. When `run` fails the new one is released
 * instead, unless nobody knows whether it took effect: then both stay until the unused one is abandoned.
 */
async function withUsername(
  { gateway, onCleanupFailure }: OperationContext,
  account: Account,
  username: string | undefined,
  run: () => Promise<void>,
): Promise<void> {
  const { id, tenantId } = account;
  if (username === undefined || usernameKey(username) === usernameKey(account.username)) return run();
  await reserveUsername(gateway, tenantId, username, id);
  // One that can't be released counts as abandoned, since the account has another name.
  const release = (name: string) =>
    gateway.forCleanup().releaseUsername(tenantId, name, id).catch(onCleanupFailure);
  try {
    await run();
  } catch (error) {
    if (!isOutcomeUnknown(error)) await release(username);
    throw error;
  }
  await release(account.username);
}

interface RoleMove {
  readonly id: string;
  readonly mapped: readonly string[];
  readonly wanted: readonly string[];
}

/**
 * Moves the roles, then runs `run`. When either fails, the roles are put back to what they were.
 * @throws {ServiceError} 503 or 504 when that fails too: the account may have other rights than before.
 */
async function withRoles(
  gateway: Gateway,
  catalogue: Catalogue,
  { id, mapped, wanted }: RoleMove,
  run: () => Promise<void>,
): Promise<void> {
  try {
    await moveRoles(gateway, catalogue, id, mapped, wanted);
    await run();
  } catch (error) {
    if (isOutcomeUnknown(error)) throw error;
    const cleanup = gateway.forCleanup();
    try {
      await moveRoles(cleanup, catalogue, id, await cleanup.grantedRoles(id), mapped);
    } catch (second) {
      const first = messageWithCauses(error);
      const cause = new Error(`changing failed (${first}), and so did putting the roles back`, {
        cause: second,
      });
      throw isOutcomeUnknown(second) ? outcomeUnknown(cause) : halfDone(cause);
    }
    throw error;
  }
}
