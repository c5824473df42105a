/**
 * Until when a request may send anything, whatever its signal says: a process that was suspended wakes up before its
 * timers fire, and the lock that it holds may have expired meanwhile (docs/how-it-works.md#the-fence-on-sending).
 */
export interface SendFence {
  /** Lets nothing more be sent after so many milliseconds from now; an earlier end that was set before stays. */
  tighten(afterMs: number): void;
  /** Lets everything be sent again: what the fence was for has been given back. */
  lift(): void;
  isClosed(): boolean;
}

/** Why a call was not sent: its request's fence had closed. */
export class FenceClosed extends Error {
  constructor() {
    super('the lock may have expired');
    this.name = 'FenceClosed';
  }
}

/**
 * A fence that is open until it is tightened. It goes by two clocks: one may be set back while it runs, the other stands
 * still while a virtual machine is suspended.
 */
export function createSendFence(): SendFence {
  const never = { steady: Number.POSITIVE_INFINITY, wall: Number.POSITIVE_INFINITY };
  let closesAt = never;
  return {
    tighten(afterMs) {
      closesAt = {
        steady: Math.min(closesAt.steady, performance.now() + afterMs),
        wall: Math.min(closesAt.wall, Date.now() + afterMs),
      };
    },
    lift() {
      closesAt = never;
    },
    isClosed: () => performance.now() > closesAt.steady || Date.now() > closesAt.wall,
  };
}
