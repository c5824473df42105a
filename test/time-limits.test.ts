import { describe, expect, it } from 'vitest';
import * as limits from '../src/time-limits.ts';

const { sendingMsOf, lockLeaseMs, requestMs } = limits;

describe('the time limits leave room for what docs/how-it-works.md argues', () => {
  it('a request has been answered, and has given its lock back, before its holder stops sending', () => {
    // All clean-ups of a request end together; then one more change is read back, and the lock given back.
    expect(limits.requestWorkMs + limits.cleanupMs + 2 * limits.lastCallMs).toBe(requestMs);
    expect(requestMs + limits.callTimeoutMs).toBeLessThan(sendingMsOf(lockLeaseMs));
    expect(requestMs + limits.callTimeoutMs).toBeLessThan(limits.usernameSendingMs);
  });

  it('a lock is broken, and a username taken over, long after its holder has sent its last call', () => {
    // What is left is for a call that Keycloak holds back, and for the clocks of two machines to differ.
    expect(lockLeaseMs - sendingMsOf(lockLeaseMs)).toBeGreaterThan(2 * limits.callTimeoutMs + 10_000);
    expect(limits.usernameAbandonedAfterMs - limits.usernameSendingMs).toBeGreaterThan(
      2 * limits.callTimeoutMs + 10_000,
    );
  });

  it('a change waits for the one before it within its own time, and has enough left for its work', () => {
    expect(limits.lockWaitMs).toBeLessThan(limits.requestWorkMs - limits.callTimeoutMs / 2);
    expect(limits.callTimeoutMs).toBeLessThan(limits.requestWorkMs);
  });

  it('nothing is swept that a request may still use', () => {
    expect(limits.unfinishedAccountKeptMs).toBeGreaterThanOrEqual(limits.requestRepeatableMs);
    expect(limits.unfinishedAccountKeptMs).toBeGreaterThan(limits.usernameAbandonedAfterMs);
    expect(limits.expiredLockKeptMs).toBeGreaterThan(requestMs);
    expect(limits.idleSlotReusedMs + requestMs).toBeLessThan(limits.idleSlotMs);
  });

  it('whoever may repeat a request finds out what became of it', () => {
    expect(limits.requestRememberedMs).toBeGreaterThan(limits.requestRepeatableMs);
    expect(limits.deletionRememberedMs).toBeGreaterThanOrEqual(limits.requestRememberedMs);
  });

  it('a tenant that is switched off is looked at again when all requests have ended, and a service ends after them', () => {
    // Longer than a suspended request may still send, and a call of it may take.
    expect(limits.tenantSettleMs).toBeGreaterThan(sendingMsOf(lockLeaseMs) + limits.callTimeoutMs);
    expect(limits.tenantSettleMs).toBeGreaterThan(limits.usernameSendingMs + limits.callTimeoutMs);
    expect(limits.shutdownMs).toBeGreaterThan(limits.drainMs + requestMs);
    expect(limits.receiveTimeoutMs).toBeGreaterThan(requestMs);
  });
});
