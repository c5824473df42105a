import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runWithin } from '../../src/keycloak/calls/deadline.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Work that goes on until its signal ends. */
const endless = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason));
  });

describe('work with a deadline', () => {
  it('ends when its time is over', async () => {
    const ended = expect(runWithin(new AbortController().signal, 3_000, endless)).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    await vi.advanceTimersByTimeAsync(3_000);
    await ended;
  });

  it('ends with the signal that bounds it, for the reason of that', async () => {
    const controller = new AbortController();
    const ended = expect(runWithin(controller.signal, 3_000, endless)).rejects.toThrow('hung up');
    controller.abort(new Error('hung up'));
    await ended;
  });

  it('does not go on under a signal that has ended already', async () => {
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(runWithin(signal, 3_000, endless)).rejects.toThrow('too late');
  });

  it.each([
    ['is done', async () => 'done'],
    ['has failed', async () => Promise.reject(new Error('failed'))],
  ])('leaves neither a timer nor a listener behind when it %s', async (_name, work) => {
    const { signal } = new AbortController();
    await Promise.allSettled([runWithin(signal, 3_000, work)]);
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
