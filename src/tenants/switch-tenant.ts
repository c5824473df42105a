import type { TenantAccount, TenantSwitch } from '../keycloak/tenant-switch.ts';
import type { Account, Actor } from '../service-accounts/account.ts';

export interface SwitchSettings {
  readonly tenantId: string;
  /** Who switches, for the accounts and the audit log. */
  readonly by: Actor;
  /** How long a request that is under way may still change an account. */
  readonly settleMs: number;
  readonly wait: (ms: number) => Promise<unknown>;
  /** Told of each account right after it was switched. */
  readonly onSwitched: (account: Account) => void;
}

export interface SwitchResult {
  readonly switched: number;
  /** What was as it should be already. */
  readonly untouched: number;
}

/**
 * Switches a tenant off: no account of it obtains a token, and no caller of it changes one. Once more after all
 * requests that were under way have ended, until nothing active is found; so it can be interrupted, and run again.
 * @throws {ServiceError} when Keycloak fails; what is off by then stays off.
 */
export async function switchTenantOff(
  tenants: TenantSwitch,
  settings: SwitchSettings,
): Promise<SwitchResult> {
  const { tenantId, settleMs, wait } = settings;
  await tenants.markOff(tenantId, new Date().toISOString());
  const isActive = ({ account }: TenantAccount) => account.active;
  const first = await pass(tenants, settings, isActive, tenants.switchOff);
  let { switched } = first;
  for (;;) {
    await wait(settleMs);
    const again = await pass(tenants, settings, isActive, tenants.switchOff);
    if (again.switched === 0) return { switched, untouched: first.untouched };
    switched += again.switched;
  }
}

const wasActive = ({ isOffWithTenant }: TenantAccount) => isOffWithTenant;

/**
 * Switches a tenant on again: the accounts that were active when it was switched off are so again, and no others. The
 * tenant itself comes last, so that it can be interrupted, and run again.
 * @throws {ServiceError} when Keycloak fails; what is on by then stays on.
 */
export async function switchTenantOn(tenants: TenantSwitch, settings: SwitchSettings): Promise<SwitchResult> {
  const result = await pass(tenants, settings, wasActive, tenants.switchOn);
  await tenants.markOn(settings.tenantId);
  return result;
}

/**
 * Lets a tenant's callers change its accounts again and leaves all of these inactive, as after a breach: their secrets
 * are replaced before each is activated. Nothing remembers any more which were active. Can be interrupted, and run again.
 * @returns how many were active when it was switched off
 * @throws {ServiceError} when Keycloak fails
 */
export async function switchTenantOnWithoutAccounts(
  tenants: TenantSwitch,
  settings: Omit<SwitchSettings, 'onSwitched'>,
): Promise<number> {
  const { switched } = await pass(
    tenants,
    { ...settings, onSwitched: () => {} },
    wasActive,
    tenants.leaveOff,
  );
  await tenants.markOn(settings.tenantId);
  return switched;
}

async function pass(
  tenants: TenantSwitch,
  { tenantId, by, onSwitched }: SwitchSettings,
  matches: (found: TenantAccount) => boolean,
  change: TenantSwitch['switchOff'],
): Promise<SwitchResult> {
  let switched = 0;
  let untouched = 0;
  for await (const found of tenants.accounts(tenantId)) {
    if (!matches(found)) {
      untouched += 1;
      continue;
    }
    await change(found.account, { at: new Date().toISOString(), by });
    switched += 1;
    onSwitched(found.account);
  }
  return { switched, untouched };
}
