import { randomUUID } from 'node:crypto';
import { requireHolding } from '../auth/rights.ts';
import { isOutcomeUnknown, ServiceError } from '../errors.ts';
import { unavailable } from '../keycloak/failures.ts';
import type { Gateway, NewAccount } from '../keycloak/gateway.ts';
import { effectivePermissions, type Mode } from '../permissions/catalogue.ts';
import { rolesOf } from '../permissions/roles.ts';
import { type AccountWithSecret, actorOf, viewOf, withVersion } from './account.ts';
import type { Change } from './change.ts';
import { claimUsername } from './claim-username.ts';
import { createClientId } from './client-id.ts';
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
 * Makes a service account and returns it with its secret, which nothing returns again. The secret leaves this
 * function after the roles are exact, so nobody can use an account that is half made.
 * @throws {ServiceError} 400 unknown permission; 403 more rights than the caller holds; 409 username taken or tenant
 * full. Whatever goes wrong, no account and no reserved name is left behind if Keycloak can be reached.
 */
export async function createServiceAccount(
  { gateway, caller, tenantId }: Change,
  request: CreateRequest,
  settings: CreateSettings,
): Promise<AccountWithSecret> {
  const chosen = request.permissions ?? [];
  const catalogue = await catalogueKnowing(gateway, chosen);
  const permissions = request.mode === 'custom' ? effectivePermissions(catalogue, 'custom', chosen) : [];
  const roles = rolesOf({ mode: request.mode, permissions });
  requireHolding(caller, catalogue, roles);

  const secret = createSecret();
  const account: NewAccount = {
    id: randomUUID(),
    clientId: createClientId(Date.now()),
    tenantId,
    username: request.username,
    description: request.description || null,
    mode: request.mode,
    permissions,
    secret: secret.value,
    secretHint: secret.hint,
    at: new Date().toISOString(),
    by: actorOf(caller),
  };
  await reservePlace(gateway, account, settings.maxAccountsPerTenant);
  try {
    await gateway.createClient(account);
    await gateway.assignTenant(account.id, tenantId);
    await gateway.grantRoles(account.id, roles);
  } catch (error) {
    const wasSeenToGo = await removeRemains(gateway.forCleanup(), account, error);
    throw wasSeenToGo && isOutcomeUnknown(error) ? unavailable(error) : error;
  }
  return {
    ...viewOf(asCreated(account), catalogue),
    clientSecret: secret.value,
    tokenUrl: settings.tokenUrl,
  };
}

/**
 * Takes the username while the tenant's accounts are counted. Replicas that create at the same moment may exceed the
 * limit by one each; it guards against runaways.
 */
async function reservePlace(gateway: Gateway, account: NewAccount, max: number): Promise<void> {
  const { tenantId, username, id } = account;
  const [claim, last] = await Promise.allSettled([
    claimUsername(gateway, tenantId, username, id),
    gateway.listAccounts(tenantId, max - 1, 1),
  ]);
  if (claim.status === 'rejected' && !isOutcomeUnknown(claim.reason)) throw claim.reason;
  if (claim.status === 'fulfilled' && last.status === 'fulfilled' && last.value.clientIds.length === 0)
    return;
  await gateway.forCleanup().releaseUsername(tenantId, username, id);
  if (claim.status === 'rejected') throw claim.reason;
  if (last.status === 'rejected') throw last.reason;
  throw new ServiceError('account-limit-reached', {
    detail: `A tenant may have ${max} service accounts. Delete one that is no longer used.`,
  });
}

/**
 * Whether there was a client to remove; one that was not there may still come when nobody knows how its making ended.
 * @throws {ServiceError} 504 when what was made can't be removed either.
 */
async function removeRemains(gateway: Gateway, account: NewAccount, failure: unknown): Promise<boolean> {
  try {
    const wasThere = await gateway.deleteAccount(account.id);
    await gateway.releaseUsername(account.tenantId, account.username, account.id);
    return wasThere;
  } catch (error) {
    throw new ServiceError('outcome-unknown', {
      detail: 'The account may have been made. If the list shows it, delete it and create it again.',
      cause: new Error(`making the account failed (${inFull(failure)}), and so did clearing up`, {
        cause: error,
      }),
    });
  }
}

/** An error's message with those of its causes: a log follows the causes of one error, not of two. */
function inFull(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${inFull(error.cause)}`;
}

function asCreated(account: NewAccount) {
  const { secret: _, at, by, ...rest } = account;
  return withVersion({
    ...rest,
    active: true,
    secretCreatedAt: at,
    createdAt: at,
    createdBy: by,
    updatedAt: at,
    updatedBy: by,
  });
}
