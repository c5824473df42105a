import { setTimeout as pause } from 'node:timers/promises';
import { isOutcomeUnknown, keycloakUnavailable, ServiceError } from '../../errors.ts';
import { lockRoleNames } from '../../names.ts';
import type { AccountLock, Gateway } from '../../service-accounts/gateway.ts';
import { deletionRememberedMs, idleSlotMs, lockWaitMs, sendingMsOf } from '../../time-limits.ts';
import type { BoundCalls } from '../calls/bound-calls.ts';
import { KeycloakFailure } from '../calls/failures.ts';
import { type LockRole, lockRoles } from './lock-roles.ts';
import type { LockSlot, LockSlots } from './lock-slots.ts';
import type { ReadFence } from './read-fence.ts';
import type { RealmObjects } from './realm-objects.ts';

const firstPauseMs = 15;
const longestPauseMs = 250;

/**
 * Locks on accounts that all replicas share. Keycloak rewrites a changed client row as a whole and knows no
 * conditional write, so of two changes at once one is lost in silence unless they are kept apart.
 *
 * Each change borrows a role of `orki-locks` and gives it the name of the account's lock; the database lets one role
 * have a name, so one of any number of racers gets it and the others are told 409. Giving back is renaming again. That
 * is two calls, and unlike making and removing a role it leaves Keycloak's cache of users alone, which removing any
 * role empties for the whole realm.
 *
 * A lock expires a lease after it was taken: docs/how-it-works.md#the-fence-on-sending says why its holder has stopped by
 * then, and docs/how-it-works.md#an-unknown-outcome-keeps-the-lock why one is left to expire on purpose.
 */
export function accountLocks(
  calls: BoundCalls,
  realm: Pick<RealmObjects, 'clientUuid'>,
  slots: LockSlots,
  readFence: ReadFence,
): Pick<Gateway, 'lockAccount' | 'wasDeleted' | 'takeTurn'> {
  const { call, lastCall, signal, fence } = calls;
  const roles = lockRoles(calls, realm, readFence);

  /**
   * Tries to give a slot the name of a lock. When it throws, a slot that is known to be idle has been put back.
   * @returns whether this slot has the lock now, who else has it, or that the slot is no more
   */
  async function tryTake(slot: LockSlot, name: string, lifeMs: number) {
    try {
      const answer = await roles.rename(call, 'lock account', slot.id, name, lifeMs);
      if (answer.status < 300) return 'mine';
      if (answer.status === 404) return 'slot gone';
    } catch (error) {
      if (!isOutcomeUnknown(error)) throw error;
      // The slot is not used again unless it is seen to have got there: the call may still be on its way.
      const holder = await roles.find(name);
      if (holder?.id !== slot.id) throw keycloakUnavailable(error);
    }
    const holder = await puttingBackOnFailure(slot, roles.find(name));
    return holder?.id === slot.id ? 'mine' : holder;
  }

  /** Whether the lock that stood in the way is out of the way now. */
  async function breakIfExpired(slot: LockSlot, holder: LockRole | undefined): Promise<boolean> {
    if (holder === undefined || holder.expiresAt > Date.now()) return false;
    return puttingBackOnFailure(slot, roles.removeExpired(holder.id));
  }

  /** For what is done while a slot is idle. */
  function puttingBackOnFailure<Result>(slot: LockSlot, work: Promise<Result>): Promise<Result> {
    return work.catch((error) => {
      slots.putBack(slot);
      throw error;
    });
  }

  async function acquire(name: string): Promise<{ slot: LockSlot; takenAt: number }> {
    let slot = slots.take() ?? (await roles.make());
    const waitEndsAt = performance.now() + lockWaitMs;
    let first: LockRole | undefined;
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
      const takenAt = performance.now();
      const holder = await tryTake(slot, name, slots.leaseMs);
      if (holder === 'mine') return { slot, takenAt };
      if (holder === 'slot gone') {
        slot = await roles.make();
        continue;
      }
      await breakIfExpired(slot, holder);
      first ??= holder;
      if (performance.now() >= waitEndsAt) {
        slots.putBack(slot);
        // One and the same holder all the while has crashed, or is not sure of its change: only time ends that.
        throw changeInProgress(holder?.expiresAt === first?.expiresAt ? holder?.expiresAt : undefined);
      }
      const waited = pause(pauseMs * (0.5 + Math.random()), undefined, { signal }).catch((cause) => {
        throw keycloakUnavailable(new KeycloakFailure('wait for lock', { cause }));
      });
      await puttingBackOnFailure(slot, waited);
    }
  }

  /** Never fails: a lock that could not be given back expires. */
  async function rename(slot: LockSlot, takenAt: number, name: string, lifeMs: number): Promise<boolean> {
    fence.lift();
    const answer = await roles
      .rename(lastCall, 'unlock account', slot.id, name, lifeMs)
      .catch(() => undefined);
    // Whoever finds a lock expired removes its role, so one held for long is not used again.
    const heldMs = performance.now() - takenAt;
    return answer !== undefined && answer.status < 300 && heldMs < sendingMsOf(slots.leaseMs);
  }

  return {
    async lockAccount(tenantId, id): Promise<AccountLock> {
      const { slot, takenAt } = await acquire(lockRoleNames.lock(tenantId, id));
      fence.tighten(sendingMsOf(slots.leaseMs) - (performance.now() - takenAt));
      readFence.hold(tenantId, id);
      return {
        release: async () => {
          await readFence.letGo(id);
          if (await rename(slot, takenAt, slot.idleName, idleSlotMs)) slots.putBack(slot);
        },
        // The slot stays behind as the record of the deletion.
        releaseAsDeleted: async () => {
          await readFence.letGo(id);
          await rename(slot, takenAt, lockRoleNames.deletion(tenantId, id), deletionRememberedMs);
        },
      };
    },

    async takeTurn(name, forMs) {
      const slot = slots.take() ?? (await roles.make());
      for (;;) {
        const holder = await tryTake(slot, lockRoleNames.turn(name), forMs);
        // Never given back: that it lasts is what it is for.
        if (holder === 'mine') return true;
        if (holder === 'slot gone') return false;
        if (await breakIfExpired(slot, holder)) continue;
        slots.putBack(slot);
        return false;
      }
    },

    async wasDeleted(tenantId, id) {
      return (await roles.find(lockRoleNames.deletion(tenantId, id))) !== undefined;
    },
  };
}

function changeInProgress(expiresAt: number | undefined): ServiceError {
  const seconds = Math.max(1, Math.ceil(((expiresAt ?? 0) - Date.now()) / 1000));
  return new ServiceError('change-in-progress', {
    detail: `Another change of this service account is under way. Try again in ${seconds} s.`,
    headers: { 'retry-after': String(seconds) },
  });
}
