/** The last thing that was said to everybody. */
export interface Announcements {
  readonly current: () => string | undefined;
  readonly subscribe: (listener: () => void) => () => void;
  readonly announce: (text: string | undefined) => void;
}

export function createAnnouncements(): Announcements {
  const listeners = new Set<() => void>();
  let said: string | undefined;
  return {
    current: () => said,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    announce: (text) => {
      said = text;
      for (const listener of listeners) listener();
    },
  };
}
