import { ServiceError } from '../errors.ts';
import { names } from '../names.ts';
import { type Grant, grantOf, redundantRoles } from '../permissions/roles.ts';
import { type Account, stampOf } from '../service-accounts/account.ts';
import type { Actor } from '../service-accounts/actor.ts';
import type { Gateway } from '../service-accounts/gateway.ts';
import { withAccountLock } from '../service-accounts/under-lock.ts';
import { expiredLockKeptMs, newAccountMs, unfinishedAccountKeptMs } from '../time-limits.ts';
import { type ExpiryWatch, warnOfExpiry } from './expiry-warnings.ts';
import type { SweepTargets } from './sweep-targets.ts';

/** Who it is that repairs, for `updatedBy`. */
export const sweepActor: Actor = { subject: names.serviceClient, username: `${names.serviceClient} (sweep)` };

export interface SweepDependencies {
  readonly targets: SweepTargets;
  /** A gateway for one repair, with a deadline of its own. */
  readonly connect: () => Gateway;
  /** Told of each thing that was repaired, with what it was and became. */
  readonly onRepair: (repair: Repair) => void;
  /** Told of what could not be repaired; the next sweep tries again. */
  readonly onFailure: (error: unknown) => void;
  readonly watch: ExpiryWatch;
  /** How many accounts, and how many usernames, one sweep compares with what they should be. */
  readonly sliceSize: number;
  /** Ends the sweep after the repair that it is at. */
  readonly signal?: AbortSignal;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

type RepairKind =
  | 'unfinished-account'
  | 'redundant-roles'
  | 'mirror-of-roles'
  | 'text-in-console'
  | 'abandoned-username'
  | 'expired-lock';

export interface Repair {
  readonly kind: RepairKind;
  readonly tenant?: string;
  readonly account?: string;
  readonly before?: Grant;
  readonly after?: Grant;
  readonly roles?: readonly string[];
}

/**
 * Removes what a crash left behind and nobody came back for, such as accounts that were never finished and roles that add
 * nothing to an account's mode, warns of secrets that end soon, and makes the mirror in the attributes say what roles an
 * account has, also where an administrator changed them in Keycloak's console.
 *
 * How long it takes depends on what happened of late, and not on how many accounts there are: accounts that were never
 * finished are looked for among the newest, and warnings by the day on which they are due. All else can wait: of accounts and
 * usernames each sweep compares a slice, and the next one goes on from there. A realm that is no larger than a slice is
 * compared in full each time.
 *
 * Every repair of an account takes its lock and looks again under it, and a username is released by
 * the id of its role, which no later reservation has; so any number of replicas may sweep at once, beside any request.
 * Only accounts with the mark and a tenant are touched, and roles of `orki-usernames` and `orki-locks`.
 */
export async function sweep(dependencies: SweepDependencies): Promise<void> {
  const { targets, now, signal, sliceSize } = dependencies;
  // In the slice they would take their locks, and fail, once more.
  const attended = new Set<string>();
  for await (const account of targets.accountsMadeAfter(now() - newAccountMs)) {
    if (signal?.aborted) return;
    if (account.unfinishedSince === null) continue;
    attended.add(account.id);
    await attempt(dependencies, () => removeUnfinished(dependencies, account));
  }
  for await (const account of targets.accountsToWarnOf(now())) {
    if (signal?.aborted) return;
    if (account.unfinishedSince !== null) continue;
    attended.add(account.id);
    await attempt(dependencies, () => warnOfExpiry(dependencies, account));
  }
  const bearers = new Map<string, BearerOfUsername>();
  for await (const account of targets.someAccounts(sliceSize)) {
    if (signal?.aborted) return;
    if (account.unfinishedSince === null) bearers.set(account.id, bearerOf(account));
    await compare(dependencies, account, attended.has(account.id));
  }
  await releaseUsernames(dependencies, bearers);
  await removeLocks(dependencies);
}

type BearerOfUsername = Pick<Account, 'tenantId' | 'username'>;
const bearerOf = ({ tenantId, username }: Account): BearerOfUsername => ({ tenantId, username });

/**
 * Puts right whatever may be wrong with one account.
 * @param isAttended whether this sweep has tried already to remove it, or to warn of its secret
 */
async function compare(
  dependencies: SweepDependencies,
  account: Account,
  isAttended: boolean,
): Promise<void> {
  if (account.unfinishedSince !== null) {
    if (!isAttended) await attempt(dependencies, () => removeUnfinished(dependencies, account));
    return;
  }
  await attempt(dependencies, () => repairRoles(dependencies, account));
  if (!account.isCurrentInConsole) {
    await attempt(dependencies, () => repairConsole(dependencies, account));
  }
  if (!isAttended) await attempt(dependencies, () => warnOfExpiry(dependencies, account));
}

async function attempt({ onFailure }: SweepDependencies, repair: () => Promise<void>): Promise<void> {
  try {
    await repair();
  } catch (error) {
    const isGone = error instanceof ServiceError && error.code === 'service-account-not-found';
    // Another replica, or a request, is at it.
    const isBusy = error instanceof ServiceError && error.code === 'change-in-progress';
    if (!isGone && !isBusy) onFailure(error);
  }
}

async function removeUnfinished(dependencies: SweepDependencies, { id, tenantId }: Account): Promise<void> {
  const { connect, onRepair, now } = dependencies;
  const isAbandoned = (account: Account | undefined) =>
    account?.unfinishedSince != null && now() - Date.parse(account.unfinishedSince) > unfinishedAccountKeptMs;
  const gateway = connect();
  await withAccountLock(gateway, tenantId, id, async () => {
    const account = await gateway.findAccount(id);
    if (account === undefined || !isAbandoned(account)) return;
    await gateway.deleteAccount(id);
    onRepair({ kind: 'unfinished-account', tenant: tenantId, account: id });
  });
}

async function repairRoles({ connect, onRepair, now }: SweepDependencies, seen: Account): Promise<void> {
  const { id, tenantId } = seen;
  const gateway = connect();
  const look = async (account: Account) => {
    const mapped = await gateway.grantedRoles(id);
    const truth = grantOf(mapped, await gateway.catalogue());
    return { after: difference(account, truth), redundant: redundantRoles(mapped, truth) };
  };
  const first = await look(seen);
  if (first.after === undefined && first.redundant.length === 0) return;
  await withAccountLock(gateway, tenantId, id, async () => {
    const account = await gateway.findAccount(id);
    if (account === undefined) return;
    const { after, redundant } = await look(account);
    if (redundant.length > 0) {
      await gateway.revokeRoles(id, redundant);
      onRepair({ kind: 'redundant-roles', tenant: tenantId, account: id, roles: redundant });
    }
    if (after === undefined) return;
    const fields = ['mode', 'permissions'];
    const stamp = stampOf(sweepActor, account, 'edit', fields, new Date(now()).toISOString());
    await gateway.editAccount(account, after, stamp);
    const before = { mode: account.mode, permissions: account.permissions };
    onRepair({ kind: 'mirror-of-roles', tenant: tenantId, account: id, before, after });
  });
}

/** Accounts that were made by an earlier version, or that somebody renamed in Keycloak's console. */
async function repairConsole(
  { connect, onRepair }: SweepDependencies,
  { id, tenantId }: Account,
): Promise<void> {
  const gateway = connect();
  await withAccountLock(gateway, tenantId, id, async () => {
    const account = await gateway.findAccount(id);
    if (account === undefined || account.isCurrentInConsole) return;
    await gateway.showInConsole(account);
    onRepair({ kind: 'text-in-console', tenant: tenantId, account: id });
  });
}

/** What the mirror should say, when it says something else. */
function difference(account: Account, truth: Grant): Grant | undefined {
  const mirrored = new Set(account.permissions);
  const isSame =
    account.mode === truth.mode &&
    (truth.mode !== 'custom' || mirrored.symmetricDifference(new Set(truth.permissions)).size === 0);
  return isSame ? undefined : truth;
}

async function releaseUsernames(
  dependencies: SweepDependencies,
  bearers: ReadonlyMap<string, BearerOfUsername>,
): Promise<void> {
  const { targets, connect, onRepair, now, sliceSize } = dependencies;
  for await (const { roleId, accountId, isOf, reservedAt } of targets.someUsernames(sliceSize)) {
    if (now() - Date.parse(reservedAt) < unfinishedAccountKeptMs) continue;
    const known = bearers.get(accountId);
    if (known !== undefined && isOf(known)) continue;
    if (dependencies.signal?.aborted) return;
    await attempt(dependencies, async () => {
      const release = async () => {
        await targets.removeRole(roleId);
        onRepair({ kind: 'abandoned-username', account: accountId });
      };
      // It may have been made, or renamed, since the accounts were read.
      const gateway = connect();
      const account = await gateway.findAccount(accountId);
      if (account === undefined) return release();
      if (isOf(account)) return;
      await withAccountLock(gateway, account.tenantId, accountId, async () => {
        const current = await gateway.findAccount(accountId);
        if (current === undefined || !isOf(current)) await release();
      });
    });
  }
}

async function removeLocks(dependencies: SweepDependencies): Promise<void> {
  const { targets, onRepair, now } = dependencies;
  for await (const { roleId } of targets.locksExpiredBefore(now() - expiredLockKeptMs)) {
    if (dependencies.signal?.aborted) return;
    await attempt(dependencies, async () => {
      await targets.removeRole(roleId);
      onRepair({ kind: 'expired-lock' });
    });
  }
}
