import {
  isOutcomeUnknown,
  keycloakUnavailable,
  messageWithCauses,
  outcomeUnknown,
  ServiceError,
} from '../errors.ts';
import type { Catalogue } from '../permissions/catalogue.ts';
import { type AccountWithSecret, viewOf, withVersion } from './account.ts';
import type { Gateway, NewAccount } from './gateway.ts';
import type { SecretSettings } from './regenerate-secret.ts';
import { reserveUsername } from './reserve-username.ts';
import { requireTenantOn } from './under-lock.ts';

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

/**
 * Makes an account in steps, the last of which finishes it: until then nobody sees it, and its secret leaves this
 * function after that.
 * @throws {ServiceError} 403 in a tenant that is switched off; 409 username taken or tenant full; 503 when it could not
 * be made; 504 when it may have been finished and can't be removed.
 */
export async function makeAccount(gateway: Gateway, creation: Creation): Promise<AccountWithSecret> {
  const { account, roles, catalogue, settings } = creation;
  await reservePlace(gateway, account, settings.maxAccountsPerTenant);
  let mayBeFinished = false;
  try {
    await gateway.createClient(account);
    await gateway.assignTenantAndRoles(account.id, account.tenantId, roles);
    mayBeFinished = true;
    await gateway.finishAccount(account.id);
  } catch (error) {
    throw await failureAfter(gateway.forCleanup(), account, error, mayBeFinished);
  }
  return {
    ...viewOf(asMade(account), catalogue),
    clientSecret: account.secret,
    endedSecretHints: [],
    tokenUrl: settings.tokenUrl,
  };
}

/**
 * Reserves the username while the tenant's accounts are counted and the tenant is looked at. Replicas that create at
 * the same moment may exceed the limit by one each; it guards against runaways.
 */
async function reservePlace(gateway: Gateway, account: NewAccount, max: number): Promise<void> {
  const { tenantId, username, id } = account;
  const [reserved, ...others] = await Promise.allSettled([
    reserveUsername(gateway, tenantId, username, id),
    requireTenantOn(gateway, tenantId),
    requirePlace(gateway, tenantId, max),
  ]);
  const failed = others.find((result) => result.status === 'rejected');
  if (failed !== undefined && reserved.status === 'fulfilled') {
    await gateway.forCleanup().releaseUsername(tenantId, username, id);
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
 * nobody, until it is swept away; only one that may have been finished leaves the caller in doubt.
 */
async function failureAfter(
  cleanup: Gateway,
  account: NewAccount,
  failure: unknown,
  mayBeFinished: boolean,
): Promise<unknown> {
  const { id, tenantId, username } = account;
  const isUnknown = isOutcomeUnknown(failure);
  try {
    await cleanup.deleteAccount(id);
    await cleanup.releaseUsername(tenantId, username, id);
  } catch (error) {
    const cause = new Error(
      `making the account failed (${messageWithCauses(failure)}), and so did clearing up`,
      { cause: error },
    );
    return isUnknown && mayBeFinished
      ? outcomeUnknown(
          cause,
          'The account may have been made. If the list shows it, delete it and create it again.',
        )
      : keycloakUnavailable(cause);
  }
  return isUnknown ? keycloakUnavailable(failure) : failure;
}

function asMade(account: NewAccount) {
  const { secret: _, at, by, ...rest } = account;
  return withVersion({
    ...rest,
    active: true,
    tenantOff: null,
    secretCreatedAt: at,
    previousSecret: null,
    expiryWarnedDays: null,
    createdAt: at,
    createdBy: by,
    updatedAt: at,
    updatedBy: by,
    unfinishedSince: null,
  });
}
