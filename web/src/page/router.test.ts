import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { browserRouter, memoryRouter } from './router.ts';

const base = '/gateway/settings';
const back = () =>
  new Promise<void>((resolve) => {
    addEventListener('popstate', () => setTimeout(resolve), { once: true });
    history.back();
  });
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

describe('the router over the address bar', () => {
  let unsubscribe: () => void;
  const moved = vi.fn();
  let router: ReturnType<typeof browserRouter>;
  beforeEach(() => {
    history.pushState(null, '', base);
    router = browserRouter(base);
    moved.mockClear();
    unsubscribe = router.subscribe(moved);
  });
  afterEach(() => unsubscribe());

  it('tells the place below its base', async () => {
    router.navigate('/an-id');
    await settled();
    expect([router.current(), location.pathname]).toEqual(['/an-id', `${base}/an-id`]);
    router.navigate('?search=a', { replace: true });
    await settled();
    expect(router.current()).toBe('?search=a');
    expect(moved).toHaveBeenCalledTimes(2);
    await back();
    expect(router.current()).toBe('');
    expect(moved).toHaveBeenCalledTimes(3);
  });

  it('asks instead of going back while it is guarded, the innermost dialog first', async () => {
    const outer = vi.fn();
    const inner = vi.fn();
    const leaveOuter = router.guard?.(outer);
    const leaveInner = router.guard?.(inner);
    await back();
    expect([outer.mock.calls.length, inner.mock.calls.length]).toEqual([0, 1]);
    leaveInner?.();
    await settled();
    await back();
    expect([outer.mock.calls.length, inner.mock.calls.length]).toEqual([1, 1]);
    expect(location.pathname).toBe(base);
    leaveOuter?.();
    await settled();
    expect(history.state).toBeNull();
  });

  it('leaves no entry of its own behind when the guard ends', async () => {
    router.navigate('/an-id');
    await settled();
    router.guard?.(vi.fn())();
    await settled();
    expect(router.current()).toBe('/an-id');
    await back();
    expect(router.current()).toBe('');
  });

  it('goes on to a new place from a guarded one', async () => {
    router.navigate('/an-id');
    await settled();
    const leave = router.guard?.(vi.fn());
    router.navigate('');
    leave?.();
    await settled();
    expect(router.current()).toBe('');
    await back();
    expect(router.current()).toBe('/an-id');
  });
});

it('keeps the place to itself where the host wants that', () => {
  const router = memoryRouter('/a');
  const moved = vi.fn();
  router.subscribe(moved);
  router.navigate('/b');
  expect([router.current(), moved.mock.calls.length]).toEqual(['/b', 1]);
});
