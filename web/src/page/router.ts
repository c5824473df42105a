/** Where the page is, below its own address, and how it moves: `?status=active`, `/{id}`. */
export interface PageRouter {
  /** Path and query below the page's own address; empty for the list. The same string until the place changes. */
  readonly current: () => string;
  readonly subscribe: (listener: () => void) => () => void;
  readonly navigate: (to: string, options?: { readonly replace?: boolean }) => void;
  /** The address of a place, for links. */
  readonly href: (to: string) => string;
  /**
   * Calls `onBack` instead of leaving the place when the person goes back, until the function it returns is called. A
   * router that can't do so leaves it out; then going back closes dialogs without asking.
   */
  readonly guard?: (onBack: () => void) => () => void;
}

const guardMark = 'orki-guard';

/** A router over the browser's own address bar, for a page at the path `base`. */
export function browserRouter(base: string): PageRouter {
  const listeners = new Set<() => void>();
  /** The innermost dialog's is the last. */
  const guards: (() => void)[] = [];
  let leavingGuard: PromiseWithResolvers<void> | undefined;
  const notify = () => {
    for (const listener of listeners) listener();
  };
  const isGuardEntry = () => history.state?.[guardMark] === true;
  const enterGuard = () => history.pushState({ [guardMark]: true }, '');

  const onPopState = () => {
    if (leavingGuard !== undefined) {
      leavingGuard.resolve();
      leavingGuard = undefined;
    } else if (guards.length > 0 && !isGuardEntry()) {
      enterGuard();
      guards.at(-1)?.();
      return;
    }
    notify();
  };

  return {
    current: () => {
      const { pathname, search } = location;
      return `${pathname.slice(base.length).replace(/\/+$/, '')}${search}`;
    },
    subscribe: (listener) => {
      if (listeners.size === 0) addEventListener('popstate', onPopState);
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) removeEventListener('popstate', onPopState);
      };
    },
    navigate: async (to, { replace = false } = {}) => {
      // Leaving the guard's entry goes through the browser, which takes a moment.
      await leavingGuard?.promise;
      // The guard's entry is a copy of the place that is being left, and so the new place can have it.
      if (replace || isGuardEntry()) history.replaceState(null, '', base + to);
      else history.pushState(null, '', base + to);
      notify();
    },
    href: (to) => base + to,
    guard: (onBack) => {
      guards.push(onBack);
      if (!isGuardEntry()) enterGuard();
      return () => {
        guards.splice(guards.indexOf(onBack), 1);
        // Another dialog that takes this one's place guards within the same turn.
        queueMicrotask(() => {
          if (guards.length > 0 || !isGuardEntry() || leavingGuard !== undefined) return;
          leavingGuard = Promise.withResolvers();
          history.back();
        });
      };
    },
  };
}

/** A router that keeps the place to itself, for hosts whose address bar is not to change. */
export function memoryRouter(start = ''): PageRouter {
  const listeners = new Set<() => void>();
  let place = start;
  return {
    current: () => place,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    navigate: (to) => {
      place = to;
      for (const listener of listeners) listener();
    },
    href: (to) => `#${to}`,
  };
}
