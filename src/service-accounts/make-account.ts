import { inFull, isOutcomeUnknown, ServiceError } from '../errors.ts';
import { unavailable } from '../keycloak/calls/failures.ts';
import type { Catalogue } from '../permissions/catalogue.ts';
import { type AccountWithSecret, viewOf, withVersion } from './account.ts';
import type { Change } from './change.ts';
import { claimUsername } from './claim-username.ts';
import type { CreateSettings } from './create.ts';
import type { Gateway, NewAccount } from './gateway.ts';

/** An account that the caller may make. */
export interface Creation {
  readonly account: NewAccount;
  /** The `orki-api` roles that it is to have. */
  readonly roles: readonly string[];
  readonly catalogue: Catalogue;
  readonly settings: CreateSettings;
}

/**
 * Makes an account in steps, the last of which makes it whole: until then nobody sees it, and its secret leaves this
 * function after that.
 * @throws {ServiceError} 409 username taken or tenant full; 503 when it could not be made; 504 when it may have become
 * whole and can't be removed.
 */
export async function makeAccount(change: Change, creation: Creation): Promise<AccountWithSecret> {
  const { gateway } = change;
  const { account, roles, catalogue, settings } = creation;
  await reservePlace(gateway, account, settings.maxAccountsPerTenant);
  let mayBeWhole = false;
  try {
    await gateway.createClient(account);
    await gateway.assignTenant(account.id, account.tenantId);
    await gateway.grantRoles(account.id, roles);
    mayBeWhole = true;
    await gateway.finishAccount(account.id);
  } catch (error) {
    throw await failureAfter(gateway.forCleanup(), account, error, mayBeWhole);
  }
  return {
    ...viewOf(asMade(account), catalogue),
    clientSecret: account.secret,
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
  if (claim.status === 'rejected') throw claim.reason;
  if (last.status === 'fulfilled' && last.value.clientIds.length === 0) return;
  await gateway.forCleanup().releaseUsername(tenantId, username, id);
  if (last.status === 'rejected') throw last.reason;
  throw new ServiceError('account-limit-reached', {
    detail: `A tenant may have ${max} service accounts. Delete one that is no longer used.`,
  });
}

/**
 * Removes what was made so far and says what to tell the caller. What can't be removed stays unfinished, seen by
 * nobody, until it is swept away; only one that may have become whole leaves the caller in doubt.
 */
async function failureAfter(
  cleanup: Gateway,
  account: NewAccount,
  failure: unknown,
  mayBeWhole: boolean,
): Promise<unknown> {
  const { id, tenantId, username } = account;
  const isUnknown = isOutcomeUnknown(failure);
  try {
    await cleanup.deleteAccount(id);
    await cleanup.releaseUsername(tenantId, username, id);
  } catch (error) {
    const cause = new Error(`making the account failed (${inFull(failure)}), and so did clearing up`, {
      cause: error,
    });
    if (!isUnknown || !mayBeWhole) return unavailable(cause);
    return new ServiceError('outcome-unknown', {
      detail: 'The account may have been made. If the list shows it, delete it and create it again.',
      cause,
    });
  }
  return isUnknown ? unavailable(failure) : failure;
}

function asMade(account: NewAccount) {
  const { secret: _, at, by, ...rest } = account;
  return withVersion({
    ...rest,
    active: true,
    secretCreatedAt: at,
    createdAt: at,
    createdBy: by,
    updatedAt: at,
    updatedBy: by,
    unfinishedSince: null,
  });
}
