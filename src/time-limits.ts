/**
 * Every time limit on which it rests that no acknowledged write is lost, in milliseconds. Their reasons are in
 * docs/how-it-works.md#the-time-limits, and the inequalities that the argument needs in test/time-limits.test.ts.
 */

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** What a single call to Keycloak may take. */
export const callTimeoutMs = 3 * secondMs;
/** What an operator's command allows a single call. */
export const operatorCallTimeoutMs = 10 * secondMs;

/** After which a request begins nothing new: its calls to Keycloak are ended. */
export const requestWorkMs = 6 * secondMs;
/** What a request that failed may take after that, for all that it has to undo. */
export const cleanupMs = 2 * secondMs;
/** What a request may take, after all else, to read one change back or to give its lock back. */
export const lastCallMs = 1 * secondMs;
/** After which the caller has an answer, and the request sends nothing any more: the unlock comes last. */
export const requestMs = requestWorkMs + cleanupMs + 2 * lastCallMs;
/** After which a client that has not sent all of its request is cut off. */
export const receiveTimeoutMs = requestMs + 5 * secondMs;

/** How long a change of an account waits for the one before it. */
export const lockWaitMs = 4 * secondMs;
/** After which a lock that was not given back counts as abandoned. */
export const lockLeaseMs = 4 * requestMs;
/** For how long after taking a lock its holder sends anything: a suspended process wakes up before its timers fire. */
export const sendingMsOf = (leaseMs: number): number => leaseMs / 2;
/** For how long after it expired a lock is left to whoever may still be about to break it. */
export const expiredLockKeptMs = 1 * minuteMs;
/** After which a role that locks nothing counts as left behind by a replica that has gone. */
export const idleSlotMs = 24 * hourMs;
/** After which a replica itself no longer uses a role that has been idle. */
export const idleSlotReusedMs = idleSlotMs / 2;

/** After which a reserved username that no finished account has counts as abandoned. */
export const usernameAbandonedAfterMs = 4 * requestMs;
/** For how long after reserving a username a request sends anything. */
export const usernameSendingMs = usernameAbandonedAfterMs / 2;

/** For how long a request with an Idempotency-Key can be repeated. */
export const requestRepeatableMs = 10 * minuteMs;
/** For how long it is known that such a request was made. */
export const requestRememberedMs = 24 * hourMs;
/** For how long it is known that an account was deleted whose creation may be repeated. */
export const deletionRememberedMs = requestRememberedMs;
/** After which an unfinished account, whose creation nobody can repeat any more, is removed. */
export const unfinishedAccountKeptMs = requestRepeatableMs;
/** For how long an account counts as new; each sweep looks for unfinished ones among those. */
export const newAccountMs = 2 * hourMs;

/** After which nothing arrives any more of requests that were under way when a tenant was switched off. */
export const tenantSettleMs =
  Math.max(sendingMsOf(lockLeaseMs), usernameSendingMs) + callTimeoutMs + 1 * secondMs;

/** For how long a service that was told to end still takes requests. */
export const drainMs = 1 * secondMs;
/** After which a service that was told to end is ended. */
export const shutdownMs = drainMs + requestMs + 3 * secondMs;
