import {
  isActive,
  type TenantAccount,
  type TenantSwitch,
  wasActive,
} from '../keycloak/realm/tenant-switch.ts';
import type { Account, Actor } from '../service-accounts/account.ts';

/** What becomes of an account; `off for good` is one that does not come back with its tenant. */
export type SwitchedTo = 'on' | 'off' | 'off for good';

export interface SwitchSettings {
  readonly tenantId: string;
  /** Who switches, for the accounts and the audit log. */
  readonly by: Actor;
  /** How long a request that is under way may still change an account. */
  readonly settleMs: number;
  readonly wait: (ms: number) => Promise<unknown>;
  /** Told of each account right after it was switched. */
  readonly onSwitched: (account: Account, to: SwitchedTo) => void;
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
  return untilNothingIsLeft(tenants, settings, isActive, 'off', () => wait(settleMs));
}

/**
 * Switches a tenant on again: the accounts that were active when it was switched off are so again, and no others. The
 * tenant itself comes last, so that it can be interrupted, and run again.
 * @throws {ServiceError} when Keycloak fails; what is on by then stays on.
 */
export async function switchTenantOn(tenants: TenantSwitch, settings: SwitchSettings): Promise<SwitchResult> {
  const result = await untilNothingIsLeft(tenants, settings, wasActive, 'on');
  await tenants.markOn(settings.tenantId);
  return result;
}

/**
 * Lets the callers of a tenant that is off change its accounts again and leaves all of these inactive, as after a breach:
 * their secrets are replaced before each is activated. Nothing remembers any more which were active. What is active
 * nevertheless, since switching broke off, is deactivated. Can be interrupted, and run again.
 * @returns undefined, with nothing changed, for a tenant that is not off
 * @throws {ServiceError} when Keycloak fails
 */
export async function switchTenantOnWithoutAccounts(
  tenants: TenantSwitch,
  settings: SwitchSettings,
): Promise<SwitchResult | undefined> {
  if (!(await tenants.isOff(settings.tenantId, AbortSignal.timeout(settings.settleMs)))) return undefined;
  await untilNothingIsLeft(tenants, settings, isActive, 'off');
  const result = await untilNothingIsLeft(tenants, settings, wasActive, 'off for good');
  await tenants.markOn(settings.tenantId);
  return result;
}

/** Again and again: what is deleted while the accounts are read in stretches can push others out of sight. */
async function untilNothingIsLeft(
  tenants: TenantSwitch,
  settings: SwitchSettings,
  matches: (found: TenantAccount) => boolean,
  to: SwitchedTo,
  pause: () => Promise<unknown> = async () => undefined,
): Promise<SwitchResult> {
  const change = { on: tenants.switchOn, off: tenants.switchOff, 'off for good': tenants.leaveOff }[to];
  const first = await pass(tenants, settings, matches, to, change);
  let { switched } = first;
  for (;;) {
    await pause();
    const again = await pass(tenants, settings, matches, to, change);
    if (again.switched === 0) return { switched, untouched: first.untouched };
    switched += again.switched;
  }
}

async function pass(
  tenants: TenantSwitch,
  { tenantId, by, onSwitched }: SwitchSettings,
  matches: (found: TenantAccount) => boolean,
  to: SwitchedTo,
  change: TenantSwitch['switchOff'],
): Promise<SwitchResult> {
  let switched = 0;
  let untouched = 0;
  for await (const found of tenants.accounts(tenantId)) {
    const isSwitched = matches(found) && (await change(found.account, { at: new Date().toISOString(), by }));
    if (!isSwitched) {
      untouched += 1;
      continue;
    }
    switched += 1;
    onSwitched(found.account, to);
  }
  return { switched, untouched };
}
