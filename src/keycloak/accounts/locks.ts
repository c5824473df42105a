import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { isOutcomeUnknown, ServiceError } from '../../errors.ts';
import { names } from '../../names.ts';
import type { AccountLock, Gateway } from '../../service-accounts/gateway.ts';
import type { AdminCall } from '../calls/admin-api.ts';
import type { BoundCalls } from '../calls/bound-calls.ts';
import { KeycloakFailure, unavailable } from '../calls/failures.ts';
import type { LockSlot, LockSlots } from './lock-slots.ts';
import type { RealmObjects } from './realm-objects.ts';

const expiresAtAttribute = 'orki.expires-at';

/** How long a change waits for the one before it. */
const waitMs = 4_000;
const firstPauseMs = 15;
const longestPauseMs = 250;
/** How long it is remembered that an account was deleted whose creation somebody may still repeat. */
const deletionRememberedMs = 24 * 60 * 60 * 1000;

/** A role of `orki-locks`; `expiresAt` in milliseconds since 1970, 0 when it says nothing. */
export const lockRole = z
  .object({
    id: z.string(),
    name: z.string(),
    attributes: z.object({ [expiresAtAttribute]: z.tuple([z.iso.datetime()]).optional() }).optional(),
  })
  .transform(({ id, name, attributes }) => {
    const expiresAt = Date.parse(attributes?.[expiresAtAttribute]?.[0] ?? '') || 0;
    return { id, name, expiresAt };
  });

/**
 * Locks on accounts that all replicas share. Keycloak rewrites a changed client row as a whole and knows no
 * conditional write, so of two changes at once one is lost in silence unless they are kept apart.
 *
 * Each change borrows a role of `orki-locks` and gives it the name of the account's lock; the database lets one role
 * bear a name, so one of any number of racers gets it and the others are told 409. Giving back is renaming again. That
 * is two calls, and unlike making and removing a role it leaves Keycloak's cache of users alone, which removing any
 * role empties for the whole realm.
 *
 * A lock expires `leaseMs` after it was taken, far beyond the deadline of the request that took it, so its holder has
 * either given it back or crashed, or left it on purpose because a change without an answer may still arrive.
 */
export function accountLocks(
  { call, lastCall, signal, limit }: BoundCalls,
  realm: RealmObjects,
  slots: LockSlots,
): Pick<Gateway, 'lockAccount' | 'wasDeleted' | 'takeTurn'> {
  const rolesPath = async () => `/clients/${await realm.clientUuid(names.locksClient)}/roles`;
  const expiry = (afterMs: number) => new Date(Date.now() + afterMs).toISOString();

  const rename = (send: typeof call, operation: string, slot: LockSlot, name: string, lifeMs: number) =>
    send({
      operation,
      method: 'PUT',
      path: `/roles-by-id/${slot.id}`,
      body: { name, attributes: { [expiresAtAttribute]: [expiry(lifeMs)] } },
      // 404: swept away while it was idle. 409, or 500 from the database: another one bears the name.
      expected: [404, 409, 500],
    });

  async function find(name: string) {
    const path = `${await rolesPath()}/${name}`;
    const answer = await call({ operation: 'read lock', method: 'GET', path, expected: [404] });
    const role = answer.status === 404 ? undefined : lockRole.parse(answer.body);
    // Just renamed, and Keycloak's cache has not heard of it yet.
    return role?.name === name ? role : undefined;
  }

  /** A call whose effect no account depends on: whether it took effect need not be known. */
  const harmless = (wanted: AdminCall) =>
    call(wanted).catch((error) => {
      throw isOutcomeUnknown(error) ? unavailable(error) : error;
    });

  async function makeSlot(): Promise<LockSlot> {
    const name = `idle.${randomUUID()}`;
    const path = await rolesPath();
    const attributes = { [expiresAtAttribute]: [expiry(slots.idleMs)] };
    await harmless({ operation: 'make lock', method: 'POST', path, body: { name, attributes } });
    const made = await call({ operation: 'read lock', method: 'GET', path: `${path}/${name}` });
    return { id: lockRole.parse(made.body).id, idleName: name };
  }

  /** @returns whether this slot holds the lock now, whoever holds it, or that the slot is no more */
  async function take(slot: LockSlot, name: string, lifeMs: number) {
    try {
      const answer = await rename(call, 'lock account', slot, name, lifeMs);
      if (answer.status < 300) return 'mine';
      if (answer.status === 404) return 'slot gone';
    } catch (error) {
      if (!isOutcomeUnknown(error)) throw error;
      // The slot is not used again unless it is seen to have got there: the call may still be on its way.
      const holder = await find(name);
      if (holder?.id !== slot.id) throw unavailable(error);
    }
    const holder = await find(name);
    return holder?.id === slot.id ? 'mine' : holder;
  }

  /** By its id: by its name, a lock that somebody took since would be removed. */
  const removeExpired = (id: string) => {
    const path = `/roles-by-id/${id}`;
    // 500: another one removes it at the same moment.
    return harmless({ operation: 'break lock', method: 'DELETE', path, expected: [404, 500] });
  };

  async function acquire(name: string): Promise<{ slot: LockSlot; takenAt: number }> {
    let slot = slots.take() ?? (await makeSlot());
    const patienceEndsAt = performance.now() + waitMs;
    let first: { expiresAt: number } | undefined;
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
      const takenAt = performance.now();
      const holder = await take(slot, name, slots.leaseMs);
      if (holder === 'mine') return { slot, takenAt };
      if (holder === 'slot gone') {
        slot = await makeSlot();
        continue;
      }
      if (holder !== undefined && holder.expiresAt <= Date.now()) await removeExpired(holder.id);
      first ??= holder;
      if (performance.now() >= patienceEndsAt) {
        slots.giveBack(slot);
        // One and the same holder all the while has crashed, or is not sure of its change: only time ends that.
        throw changeInProgress(holder?.expiresAt === first?.expiresAt ? holder?.expiresAt : undefined);
      }
      await pause(pauseMs * (0.5 + Math.random()), undefined, { signal }).catch((cause) => {
        slots.giveBack(slot);
        throw unavailable(new KeycloakFailure('wait for lock', { cause }));
      });
    }
  }

  /** Never fails: a lock that could not be given back expires. */
  async function release(slot: LockSlot, takenAt: number, name: string, lifeMs: number): Promise<boolean> {
    limit.until = Number.POSITIVE_INFINITY;
    const answer = await rename(lastCall, 'unlock account', slot, name, lifeMs).catch(() => undefined);
    // Whoever finds a lock expired removes its role, so one held for long is not used again.
    return answer !== undefined && answer.status < 300 && performance.now() - takenAt < slots.leaseMs / 2;
  }

  return {
    async lockAccount(tenantId, id): Promise<AccountLock> {
      const { slot, takenAt } = await acquire(lockName(tenantId, id));
      limit.until = takenAt + slots.leaseMs / 2;
      return {
        release: async () => {
          if (await release(slot, takenAt, slot.idleName, slots.idleMs)) slots.giveBack(slot);
        },
        // The slot stays behind as the word that it was deleted.
        releaseAsDeleted: async () => {
          await release(slot, takenAt, deletionName(tenantId, id), deletionRememberedMs);
        },
      };
    },

    async takeTurn(name, forMs) {
      const slot = slots.take() ?? (await makeSlot());
      for (;;) {
        const holder = await take(slot, `turn.${name}`, forMs);
        // Never given back: that it lasts is what it is for.
        if (holder === 'mine') return true;
        if (holder === undefined || holder === 'slot gone') return false;
        if (holder.expiresAt > Date.now()) {
          slots.giveBack(slot);
          return false;
        }
        if ((await removeExpired(holder.id)).status === 500) return false;
      }
    },

    async wasDeleted(tenantId, id) {
      return (await find(deletionName(tenantId, id))) !== undefined;
    },
  };
}

/** With the tenant, so that nobody can keep another tenant's account locked by naming its id. */
const lockName = (tenantId: string, id: string) => `lock.${tenantId}.${id}`;
const deletionName = (tenantId: string, id: string) => `deleted.${tenantId}.${id}`;

function changeInProgress(expiresAt: number | undefined): ServiceError {
  const seconds = Math.max(1, Math.ceil(((expiresAt ?? 0) - Date.now()) / 1000));
  return new ServiceError('change-in-progress', {
    detail: `Another change of this service account is under way. Try again in ${seconds} s.`,
    headers: { 'retry-after': String(seconds) },
  });
}
