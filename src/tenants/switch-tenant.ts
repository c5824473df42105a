import { ServiceError } from '../errors.ts';
import { allPages } from '../pages.ts';
import { type Account, stampOf } from '../service-accounts/account.ts';
import type { Actor } from '../service-accounts/actor.ts';
import type { AccountStatus, Gateway } from '../service-accounts/gateway.ts';
import { withAccountLock } from '../service-accounts/under-lock.ts';

/** What becomes of an account; one that is left inactive does not come back with its tenant. */
export type SwitchAction = 'activate' | 'deactivate' | 'leave-inactive';

export interface SwitchDependencies {
  readonly tenantId: string;
  /** A gateway for one account or one stretch of the list, with a deadline of its own. */
  readonly connect: () => Gateway;
  /** Who switches, for the accounts and the audit log. */
  readonly by: Actor;
  /** Waits until every request that was under way has ended. */
  readonly settle: () => Promise<unknown>;
  /** Whether a list shows each account as it is; not where Keycloak has several nodes, each with caches of its own. */
  readonly isListCurrent: boolean;
  /** Called for each account that was looked at, whether it was switched or not. */
  readonly onLooked?: () => void;
  /** Told of each account right after it was switched. */
  readonly onSwitched: (account: Account, action: SwitchAction) => void;
}

export interface SwitchResult {
  readonly switched: number;
  /** How many were as they should be already. */
  readonly untouched: number;
}

/** What is done to an account, decided by what it is under its lock. */
interface Transition {
  /** What to write, or undefined when the account is as it should be. */
  readonly next: (account: Account) => AccountStatus | undefined;
  /** What to report; undefined when what is written changes nothing that a caller sees. */
  readonly action: (account: Account) => SwitchAction | undefined;
}

const deactivation: Transition = {
  next: ({ active, tenantOff }) => {
    if (active) return { active: false, tenantOff: 'was-active' };
    return tenantOff === null ? { tenantOff: 'was-inactive' } : undefined;
  },
  action: ({ active }) => (active ? 'deactivate' : undefined),
};

const wasActive = ({ tenantOff }: Account) => tenantOff === 'was-active';

const activation: Transition = {
  next: (account) => {
    if (account.tenantOff === null) return undefined;
    return wasActive(account) ? { active: true, tenantOff: null } : { tenantOff: null };
  },
  action: (account) => (wasActive(account) ? 'activate' : undefined),
};

const release: Transition = {
  next: ({ tenantOff }) => (tenantOff === null ? undefined : { active: false, tenantOff: null }),
  action: (account) => (wasActive(account) ? 'leave-inactive' : undefined),
};

/**
 * Switches a tenant off: no account of it obtains a token, and no caller of it changes one. Looks once more after all
 * requests that were under way have ended, until nothing is found to do; so it can be interrupted, and run again.
 * @throws {ServiceError} when Keycloak fails; what is off by then stays off.
 */
export async function switchTenantOff(dependencies: SwitchDependencies): Promise<SwitchResult> {
  const { connect, tenantId, settle } = dependencies;
  await connect().setTenantOff(tenantId, new Date().toISOString());
  return untilNothingIsLeft(dependencies, deactivation, settle);
}

/**
 * Switches a tenant on again: the accounts that were active when it was switched off are so again, and no others. The
 * tenant itself comes last, so that it can be interrupted, and run again.
 * @throws {ServiceError} when Keycloak fails; what is on by then stays on.
 */
export async function switchTenantOn(dependencies: SwitchDependencies): Promise<SwitchResult> {
  const result = await untilNothingIsLeft(dependencies, activation);
  await dependencies.connect().setTenantOff(dependencies.tenantId, null);
  return result;
}

/**
 * Lets the callers of a tenant that is off change its accounts again and leaves all of these inactive, as after a breach:
 * their secrets are replaced before each is activated. Nothing records any more which were active. What is active
 * nevertheless, since switching broke off, is deactivated. Can be interrupted, and run again.
 * @returns undefined, with nothing changed, for a tenant that is not off
 * @throws {ServiceError} when Keycloak fails
 */
export async function switchTenantOnWithoutAccounts(
  dependencies: SwitchDependencies,
): Promise<SwitchResult | undefined> {
  const { connect, tenantId } = dependencies;
  if (!(await connect().isTenantOff(tenantId))) return undefined;
  await untilNothingIsLeft(dependencies, deactivation);
  const result = await untilNothingIsLeft(dependencies, release);
  await connect().setTenantOff(tenantId, null);
  return result;
}

/** Again and again, until nothing was found to do: accounts may be made or changed while the others are switched. */
async function untilNothingIsLeft(
  dependencies: SwitchDependencies,
  transition: Transition,
  pause: () => Promise<unknown> = async () => undefined,
): Promise<SwitchResult> {
  const first = await switchAll(dependencies, transition);
  let { switched } = first;
  for (;;) {
    await pause();
    const again = await switchAll(dependencies, transition);
    switched += again.switched;
    if (again.written === 0) return { switched, untouched: first.untouched };
  }
}

async function switchAll(dependencies: SwitchDependencies, transition: Transition) {
  const done = { switched: 0, untouched: 0, written: 0 };
  for await (const listed of accountsOf(dependencies)) {
    // What the list says may be old by now; it only saves looking at those that are as they should be.
    const isDone = dependencies.isListCurrent && transition.next(listed) === undefined;
    const before = isDone ? undefined : await switchOne(dependencies, listed, transition);
    if (before !== undefined) done.written += 1;
    dependencies.onLooked?.();
    const action = before && transition.action(before);
    if (before === undefined || action === undefined) {
      done.untouched += 1;
      continue;
    }
    done.switched += 1;
    dependencies.onSwitched(before, action);
  }
  return done;
}

/** Each stretch has a gateway of its own: switching the accounts of one may outlast the deadline of its calls. */
async function* accountsOf({ connect, tenantId }: SwitchDependencies): AsyncGenerator<Account> {
  const entries = allPages(async ({ first, max }) => {
    const { accounts, clientIds } = await connect().listAccounts(tenantId, first, max);
    const byClientId = new Map(accounts.map((account) => [account.clientId, account]));
    return clientIds.map((clientId) => ({ id: clientId, account: byClientId.get(clientId) }));
  });
  for await (const { account } of entries) if (account !== undefined) yield account;
}

/**
 * Switches one account under its lock, however long the change before takes: its lock expires, and an operator's order
 * is not given up.
 * @returns the account as it was, or undefined when it is gone or as it should be
 */
async function switchOne(
  { connect, tenantId, by }: SwitchDependencies,
  { id }: Account,
  transition: Transition,
): Promise<Account | undefined> {
  for (;;) {
    const gateway = connect();
    try {
      return await withAccountLock(gateway, tenantId, id, async () => {
        const account = await gateway.findAccount(id);
        const status = account && transition.next(account);
        if (account === undefined || status === undefined) return undefined;
        const stamp = stampOf(by, account, transition.action(account) ?? 'tenant-switched');
        await gateway.setStatus(id, status, stamp);
        return account;
      });
    } catch (error) {
      const code = error instanceof ServiceError ? error.code : undefined;
      if (code === 'service-account-not-found') return undefined;
      if (code !== 'change-in-progress') throw error;
    }
  }
}
