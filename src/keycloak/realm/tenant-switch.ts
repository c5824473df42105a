import { z } from 'zod';
import { ServiceError } from '../../errors.ts';
import { clientAttributes, names } from '../../names.ts';
import type { Account, Stamp } from '../../service-accounts/account.ts';
import type { AccountLock } from '../../service-accounts/gateway.ts';
import { accountOf, updatedAttributes, withEveryChange } from '../accounts/account-representation.ts';
import type { LockSlots } from '../accounts/lock-slots.ts';
import { accountLocks } from '../accounts/locks.ts';
import type { RealmObjects } from '../accounts/realm-objects.ts';
import type { AdminApi, AdminCall } from '../calls/admin-api.ts';
import { type BoundCalls, boundCalls } from '../calls/bound-calls.ts';

/** On the tenant's role of `orki-tenants`: since when the tenant is off (RFC 3339). */
const offSince = 'orki.off-since';
/** On the client of an account that was active when its tenant was switched off. */
const offWithTenant = 'orki.off-with-tenant';

const pageSize = 100;

const role = z.object({ attributes: z.record(z.string(), z.array(z.string())).default({}) });
const marked = z.looseObject({ attributes: z.looseObject({ [offWithTenant]: z.literal('true') }) });

/** An account of the tenant, and whether it is off because its tenant is. */
export interface TenantAccount {
  readonly account: Account;
  readonly isOffWithTenant: boolean;
}

/** What switching a tenant off and on takes of Keycloak. Each method throws a ServiceError: 503, or 504. */
export interface TenantSwitch {
  isOff(tenantId: string, signal: AbortSignal): Promise<boolean>;
  markOff(tenantId: string, at: string): Promise<void>;
  markOn(tenantId: string): Promise<void>;
  /** All accounts of the tenant, a stretch at a time. */
  accounts(tenantId: string): AsyncIterable<TenantAccount>;
  /** Deactivates an account that is active, and notes in the same change that it was. Whether there was anything to do. */
  switchOff(account: Account, stamp: Stamp): Promise<boolean>;
  /** Undoes that. */
  switchOn(account: Account, stamp: Stamp): Promise<boolean>;
  /** Forgets that it was active: it stays inactive until somebody activates it. */
  leaveOff(account: Account, stamp: Stamp): Promise<boolean>;
}

/**
 * A tenant that is off is one whose role of `orki-tenants` says so, and that of its accounts which were active bear a
 * mark: Keycloak alone holds all that is needed to go on after an interruption, and to bring back what was active.
 */
export function tenantSwitch(
  api: AdminApi,
  realm: RealmObjects,
  slots: LockSlots,
  callTimeoutMs: number,
): TenantSwitch {
  const call = (adminCall: AdminCall) => api(adminCall, AbortSignal.timeout(callTimeoutMs));
  const rolesPath = async () => `/clients/${await realm.clientUuid(names.tenantsClient)}/roles`;

  async function putRole(tenantId: string, attributes: Record<string, string[]>): Promise<void> {
    const roles = await rolesPath();
    const body = {
      name: tenantId,
      description: `Puts tenant_id "${tenantId}" into access tokens.`,
      attributes,
    };
    const path = `${roles}/${tenantId}`;
    const operation = 'switch tenant';
    const changed = await call({ operation, method: 'PUT', path, body, expected: [404] });
    if (changed.status !== 404) return;
    // Of a tenant that never had an account; its first one must not be made either.
    await call({ operation: 'make tenant role', method: 'POST', path: roles, body, expected: [409] });
    await call({ operation, method: 'PUT', path, body });
  }

  /** However long the change before takes: its lock expires, and an operator's order is not given up. */
  async function lock(account: Account): Promise<{ held: AccountLock; calls: BoundCalls }> {
    for (;;) {
      const calls = boundCalls(api, AbortSignal.timeout(slots.leaseMs));
      try {
        return {
          held: await accountLocks(calls, realm, slots).lockAccount(account.tenantId, account.id),
          calls,
        };
      } catch (error) {
        if (!(error instanceof ServiceError) || error.code !== 'change-in-progress') throw error;
      }
    }
  }

  /**
   * Changes an account that is still as `applies` wants it once its lock is held; what lists said may be old. A change
   * without an answer leaves the lock to expire, as the service does.
   * @returns whether it was changed
   */
  async function change(
    operation: string,
    account: Account,
    applies: (found: TenantAccount) => boolean,
    body: { readonly enabled?: boolean; readonly mark: 'true' | '' },
    stamp: Stamp,
  ): Promise<boolean> {
    const { held, calls } = await lock(account);
    const path = `/clients/${account.id}`;
    const expected = [404];
    const { mark, ...columns } = body;
    const read = await calls.call({ operation: 'read account', method: 'GET', path, expected });
    const found = tenantAccountOf(read.body);
    const isToChange = found !== undefined && applies(found);
    if (isToChange) {
      const attributes = { [offWithTenant]: mark, ...updatedAttributes(stamp) };
      const changed = { ...columns, ...withEveryChange, attributes };
      await calls.call({ operation, method: 'PUT', path, body: changed, expected });
    }
    await held.release();
    return isToChange;
  }

  return {
    async isOff(tenantId, signal) {
      const path = `${await rolesPath()}/${tenantId}`;
      const answer = await api({ operation: 'read tenant', method: 'GET', path, expected: [404] }, signal);
      return answer.status !== 404 && role.parse(answer.body).attributes[offSince] !== undefined;
    },
    markOff: (tenantId, at) => putRole(tenantId, { [offSince]: [at] }),
    markOn: (tenantId) => putRole(tenantId, {}),
    async *accounts(tenantId) {
      for (let first = 0; ; first += pageSize) {
        const query = { q: `${clientAttributes.tenant}:${tenantId}`, first, max: pageSize };
        const answer = await call({ operation: 'list accounts', method: 'GET', path: '/clients', query });
        const clients = z.array(z.unknown()).parse(answer.body);
        for (const client of clients) {
          const found = tenantAccountOf(client);
          if (found?.account.tenantId === tenantId) yield found;
        }
        if (clients.length < pageSize) return;
      }
    },
    switchOff: (account, stamp) =>
      change('deactivate account', account, isActive, { enabled: false, mark: 'true' }, stamp),
    switchOn: (account, stamp) =>
      change('activate account', account, wasActive, { enabled: true, mark: '' }, stamp),
    leaveOff: (account, stamp) => change('leave account off', account, wasActive, { mark: '' }, stamp),
  };
}

export const isActive = ({ account }: TenantAccount): boolean => account.active;
/** When its tenant was switched off. */
export const wasActive = ({ isOffWithTenant }: TenantAccount): boolean => isOffWithTenant;

function tenantAccountOf(client: unknown): TenantAccount | undefined {
  const account = accountOf(client);
  return account && { account, isOffWithTenant: marked.safeParse(client).success };
}
