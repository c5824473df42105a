/**
 * Until when a request may send anything, whatever its signal says: a process that was suspended wakes up before its
 * timers fire, and the lock that it holds may have expired meanwhile. Times are those of `performance.now()`.
 */
export interface SendFence {
  /** Lets nothing more be sent after this time; an earlier time that was set before stays. */
  tighten(untilMs: number): void;
  /** Lets everything be sent again: what the fence was for has been given back. */
  lift(): void;
  isClosed(): boolean;
}

/** A fence that is open until it is tightened. */
export function createSendFence(): SendFence {
  let closesAt = Number.POSITIVE_INFINITY;
  return {
    tighten: (untilMs) => {
      closesAt = Math.min(closesAt, untilMs);
    },
    lift: () => {
      closesAt = Number.POSITIVE_INFINITY;
    },
    isClosed: () => performance.now() > closesAt,
  };
}
