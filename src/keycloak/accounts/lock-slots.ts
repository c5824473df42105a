/** A role of `orki-locks` that this replica made and that bears its idle name at the moment. */
export interface LockSlot {
  readonly id: string;
  readonly idleName: string;
}

/** The roles that this replica locks accounts with; as many as it ever needed at the same time. */
export interface LockSlots {
  /** After which a lock counts as left behind. */
  readonly leaseMs: number;
  /** After which an idle slot counts as left behind by a replica that is no more. */
  readonly idleMs: number;
  take(): LockSlot | undefined;
  /** Only for a slot that is known to bear its idle name: one with a call still on its way would lose its lock. */
  giveBack(slot: LockSlot): void;
}

const dayMs = 24 * 60 * 60 * 1000;

/** An empty stock of slots. */
export function createLockSlots(leaseMs: number): LockSlots {
  const idle: { slot: LockSlot; since: number }[] = [];
  return {
    leaseMs,
    idleMs: dayMs,
    take() {
      const last = idle.pop();
      // A slot that may be swept away at any moment is left to that.
      return last !== undefined && performance.now() - last.since < dayMs / 2 ? last.slot : undefined;
    },
    giveBack: (slot) => void idle.push({ slot, since: performance.now() }),
  };
}
