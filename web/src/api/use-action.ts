import { useState } from 'react';
import { usePage } from '../page/page-context.ts';

export interface Action {
  readonly isPending: boolean;
  /** What the last attempt failed with. */
  readonly error: unknown;
  /** Does the work unless it is under way; never rejects. */
  readonly start: (work: () => Promise<void>) => Promise<void>;
  readonly forgetError: () => void;
}

/** A change that a person asked for. Nothing of its result is kept here, since it may be a secret. */
export function useAction(): Action {
  const { waiting } = usePage();
  const [isPending, setPending] = useState(false);
  const [error, setError] = useState<unknown>();
  return {
    isPending,
    error,
    async start(work) {
      if (isPending) return;
      setPending(true);
      setError(undefined);
      waiting.clear();
      try {
        await work();
      } catch (reason) {
        setError(reason);
      } finally {
        waiting.clear();
        setPending(false);
      }
    },
    forgetError: () => setError(undefined),
  };
}
