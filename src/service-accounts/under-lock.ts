import { mayStillTakeEffect, ServiceError } from '../errors.ts';
import type { Catalogue } from '../permissions/catalogue.ts';
import { requireHolding } from '../permissions/holding.ts';
import type { Account } from './account.ts';
import type { AccountLock, Gateway } from './gateway.ts';
import { loadAccount, notFound } from './load.ts';
import type { OperationContext } from './operation.ts';
import { requireMatch } from './precondition.ts';

interface Options<Result> {
  /** Whether the request was carried out before and is only sent again; its condition was met then. */
  readonly isRepeated?: (account: Account) => boolean;
  /** Whether it may be done in a tenant that the operator has switched off. */
  readonly isAllowedInTenantThatIsOff?: boolean;
  readonly release?: (lock: AccountLock, result: Result) => Promise<unknown>;
}

/** An account under its lock, with what decides who may change it. */
export interface HeldAccount {
  readonly account: Account;
  /** The `orki-api` roles that are mapped in Keycloak. */
  readonly roles: readonly string[];
  readonly catalogue: Catalogue;
}

/**
 * Runs `work` on one account of the tenant while it holds the account's lock: no other change of the account runs
 * beside it on any replica. What `work` gets is what Keycloak holds, and stays so until it is done.
 * @throws {ServiceError} 403 when the operator has switched the tenant off; 404, as `loadAccount` does; 409 when the
 * change before takes too long; 412 when the account does not meet the caller's condition.
 */
export function underLock<Result>(
  context: OperationContext,
  id: string,
  work: (account: Account) => Promise<Result>,
  options: Options<Result> = {},
): Promise<Result> {
  const { gateway, tenantId } = context;
  const run = async () => {
    const account = await loadAccount(gateway, tenantId, id);
    await admit(context, account, options);
    return work(account);
  };
  return withAccountLock(gateway, tenantId, id, run, options.release);
}

/**
 * As `underLock`, for changes that only somebody may make who holds every right that the account has.
 * @throws {ServiceError} as `underLock` does, and 403 naming the roles that the caller lacks.
 */
export function underLockOfHolder<Result>(
  context: OperationContext,
  id: string,
  work: (held: HeldAccount) => Promise<Result>,
  options: Options<Result> = {},
): Promise<Result> {
  const { gateway, caller, tenantId } = context;
  const run = async () => {
    const [found, catalogue] = await Promise.all([
      gateway.findAccountWithRoles(tenantId, id),
      gateway.catalogue(),
    ]);
    if (found === undefined) throw notFound();
    await admit(context, found.account, options, catalogue);
    requireHolding(caller, catalogue, found.roles);
    return work({ ...found, catalogue });
  };
  return withAccountLock(gateway, tenantId, id, run, options.release);
}

async function admit<Result>(
  { gateway, tenantId, ifMatch, onAccountRead }: OperationContext,
  account: Account,
  { isRepeated = () => false, isAllowedInTenantThatIsOff = false }: Options<Result>,
  catalogue?: Catalogue,
): Promise<void> {
  onAccountRead(account, catalogue);
  if (account.tenantOff !== null && !isAllowedInTenantThatIsOff) await requireTenantOn(gateway, tenantId);
  if (!isRepeated(account)) requireMatch(ifMatch, account);
}

/**
 * Makes sure that the operator has not switched the tenant off: whoever breached it must not get around that, and an
 * account that is changed meanwhile would come back other than it went.
 * @throws {ServiceError} 403
 */
export async function requireTenantOn(gateway: Gateway, tenantId: string): Promise<void> {
  if (!(await gateway.isTenantOff(tenantId))) return;
  throw new ServiceError('tenant-off', {
    detail:
      'The operator of Orki has switched off the service accounts of this tenant. They can be read and deleted until they are switched on again.',
  });
}

/**
 * Runs `work` while it holds the lock of an account, then releases it: by default gives it back. When the outcome of a
 * change is unknown the lock stays until it expires (docs/how-it-works.md#an-unknown-outcome-keeps-the-lock).
 */
export async function withAccountLock<Result>(
  gateway: Gateway,
  tenantId: string,
  id: string,
  work: () => Promise<Result>,
  release: (lock: AccountLock, result: Result) => Promise<unknown> = (lock) => lock.release(),
): Promise<Result> {
  const lock = await gateway.lockAccount(tenantId, id);
  let result: Result;
  try {
    result = await work();
  } catch (error) {
    if (!mayStillTakeEffect(error)) await lock.release();
    throw error;
  }
  // Why it is waited for: docs/how-it-works.md#why-an-answer-waits-for-the-unlock
  await release(lock, result);
  return result;
}
