import { idleSlotReusedMs } from '../../time-limits.ts';

/** A role of `orki-locks` that this replica made and that has its idle name at the moment. */
export interface LockSlot {
  readonly id: string;
  readonly idleName: string;
}

/** The roles that this replica locks accounts with; as many as it ever needed at the same time. */
export interface LockSlots {
  /** After which a lock that was not given back counts as abandoned. */
  readonly leaseMs: number;
  take(): LockSlot | undefined;
  /** Only for a slot that is known to have its idle name: one with a call still on its way would lose its lock. */
  putBack(slot: LockSlot): void;
}

/** An empty stock of slots. */
export function createLockSlots(leaseMs: number): LockSlots {
  const idle: { slot: LockSlot; since: number }[] = [];
  return {
    leaseMs,
    take() {
      const last = idle.pop();
      // A slot that may be swept away at any moment is left to that.
      return last !== undefined && performance.now() - last.since < idleSlotReusedMs ? last.slot : undefined;
    },
    putBack: (slot) => void idle.push({ slot, since: performance.now() }),
  };
}
