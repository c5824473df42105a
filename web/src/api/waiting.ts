import type { MessageId } from '../i18n/languages.ts';

const reasons: Readonly<Record<string, MessageId>> = {
  'change-in-progress': 'wait.change-in-progress',
  'keycloak-unavailable': 'wait.keycloak-unavailable',
  'rate-limited': 'wait.rate-limited',
};

/** What the change that is under way waits for, so that the person is told. */
export interface Waiting {
  readonly current: () => MessageId | undefined;
  readonly subscribe: (listener: () => void) => () => void;
  /** Looks at the answer to an attempt: the client repeats it by itself when it was turned away for now. */
  readonly notice: (response: Response) => Promise<void>;
  readonly clear: () => void;
}

export function createWaiting(): Waiting {
  const listeners = new Set<() => void>();
  let reason: MessageId | undefined;
  const set = (next: MessageId | undefined) => {
    if (next === reason) return;
    reason = next;
    for (const listener of listeners) listener();
  };
  return {
    current: () => reason,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    notice: async (response) => {
      if (response.ok) return set(undefined);
      const body = await response
        .clone()
        .json()
        .catch(() => undefined);
      set(reasons[body?.code]);
    },
    clear: () => set(undefined),
  };
}
