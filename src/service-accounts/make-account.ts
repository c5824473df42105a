import {
  isOutcomeUnknown,
  keycloakUnavailable,
  messageWithCauses,
  outcomeUnknown,
  ServiceError,
} from '../errors.ts';
import type { Catalogue } from '../permissions/catalogue.ts';
import { type CreatedAccount, viewOf, withVersion } from './account.ts';
import type { Gateway, NewAccount } from './gateway.ts';
import type { OperationContext } from './operation.ts';
import type { SecretSettings } from './regenerate-secret.ts';
import { reserveUsername } from './reserve-username.ts';
import { secretDigest } from './secret.ts';
import { requireTenantOn, withAccountLock } from './under-lock.ts';

export interface CreationSettings extends SecretSettings {
  readonly maxAccountsPerTenant: number;
}

/** An account that the caller may make. */
export interface Creation {
  readonly account: NewAccount;
  /** The `orki-api` roles that it is to have. */
  readonly roles: readonly string[];
  readonly catalogue: Catalogue;
  readonly settings: CreationSettings;
}

/** What making an account takes; `isLocked` says whether the caller holds its lock. */
interface Making extends Pick<OperationContext, 'gateway' | 'onCleanupFailure'> {
  readonly isLocked: boolean;
}

/**
 * Makes an account in steps, the last of which finishes it: until then nobody sees it, and its secret leaves this
 * function after that.
 * @throws {ServiceError} 403 in a tenant that is switched off; 409 username taken or tenant full; 503 when it could not
 * be made; 504 when it may have been finished and was not removed.
 */
export async function makeAccount(making: Making, creation: Creation): Promise<CreatedAccount> {
  const { gateway } = making;
  const { account, roles, catalogue, settings } = creation;
  await reservePlace(making, account, settings.maxAccountsPerTenant);
  let mayBeFinished = false;
  try {
    await gateway.createClient(account);
    await gateway.assignTenantAndRoles(account.id, account.tenantId, roles);
    mayBeFinished = true;
    await gateway.finishAccount(account.id);
  } catch (error) {
    throw await failureAfter(making, account, error, mayBeFinished);
  }
  return {
    ...viewOf(asMade(account), catalogue),
    clientSecret: account.keys === null ? account.secret : null,
    endedSecretHints: [],
    tokenUrl: settings.tokenUrl,
  };
}

/**
 * Reserves the username while the tenant's accounts are counted and the tenant is looked at. Replicas that create at
 * the same moment may exceed the limit by one each; it guards against runaways.
 */
async function reservePlace(
  { gateway, onCleanupFailure }: Making,
  account: NewAccount,
  max: number,
): Promise<void> {
  const { tenantId, username, id } = account;
  const [reserved, ...others] = await Promise.allSettled([
    reserveUsername(gateway, tenantId, username, id),
    requireTenantOn(gateway, tenantId),
    requirePlace(gateway, tenantId, max),
  ]);
  const failed = others.find((result) => result.status === 'rejected');
  if (failed !== undefined && reserved.status === 'fulfilled') {
    // One that can't be released counts as abandoned, since no account has it.
    await gateway.forCleanup().releaseUsername(tenantId, username, id).catch(onCleanupFailure);
  }
  if (failed !== undefined) throw failed.reason;
  if (reserved.status === 'rejected') throw reserved.reason;
}

async function requirePlace(gateway: Gateway, tenantId: string, max: number): Promise<void> {
  const last = await gateway.listAccounts(tenantId, max - 1, 1);
  if (last.clientIds.length === 0) return;
  throw new ServiceError('account-limit-reached', {
    detail: `A tenant may have ${max} service accounts. Delete one that is no longer used.`,
  });
}

/**
 * Removes what was made so far and says what to tell the caller. What can't be removed stays unfinished, seen by
 * nobody, until it is swept away; only one that may have been finished leaves the caller in doubt. A lock that the
 * caller holds has to outlast whatever may still arrive, also after the account was removed: a repetition makes another
 * one under the same id.
 */
async function failureAfter(
  { gateway, isLocked }: Making,
  account: NewAccount,
  failure: unknown,
  mayBeFinished: boolean,
): Promise<unknown> {
  const cleanup = gateway.forCleanup();
  const isUnknown = isOutcomeUnknown(failure);
  const mayBeSeen = isUnknown && mayBeFinished;
  try {
    if (mayBeSeen && !isLocked) await removeUnlessChanged(cleanup, account);
    else await remove(cleanup, account);
  } catch (error) {
    const cause = new Error(
      `making the account failed (${messageWithCauses(failure)}), and so did clearing up`,
      { cause: error },
    );
    return mayBeSeen
      ? outcomeUnknown(
          cause,
          'The account may have been made. If the list shows it, delete it and create it again.',
        )
      : keycloakUnavailable(cause, undefined, {
          mayStillTakeEffect: isUnknown || isOutcomeUnknown(error),
        });
  }
  return isUnknown ? keycloakUnavailable(failure, undefined, { mayStillTakeEffect: true }) : failure;
}

async function remove(cleanup: Gateway, { id, tenantId, username }: NewAccount): Promise<void> {
  await cleanup.deleteAccount(id);
  await cleanup.releaseUsername(tenantId, username, id);
}

/** For an account that somebody may have found in the list by now. */
async function removeUnlessChanged(cleanup: Gateway, account: NewAccount): Promise<void> {
  const { id, tenantId } = account;
  await withAccountLock(cleanup, tenantId, id, async () => {
    const found = await cleanup.findAccount(id);
    const isChanged = found?.unfinishedSince === null && found.version !== asMade(account).version;
    if (isChanged) throw new Error('somebody has changed the account since it was made');
    await remove(cleanup, account);
  });
}

function asMade(account: NewAccount) {
  const { secret, at, by, ...rest } = account;
  return withVersion({
    ...rest,
    active: true,
    tenantOff: null,
    isCurrentInConsole: true,
    secretCreatedAt: at,
    previousSecret: null,
    expiryWarnedDays: null,
    secretSha256: rest.keys === null ? secretDigest(secret) : null,
    previousSecretSha256: null,
    tokensRevokedBefore: null,
    createdAt: at,
    createdBy: by,
    updatedAt: at,
    updatedBy: by,
    unfinishedSince: null,
  });
}
