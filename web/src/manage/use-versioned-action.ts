import { isProblem, type ServiceAccount } from '@orki/service-accounts-client';
import { useState } from 'react';
import { type Action, useAction } from '../api/use-action.ts';
import { usePage } from '../page/page-context.ts';

export interface VersionedAction extends Omit<Action, 'start'> {
  /** The account as the next attempt takes it to be. */
  readonly base: ServiceAccount;
  /** The account as somebody else left it; undefined unless the last attempt met with that. */
  readonly conflict: ServiceAccount | undefined;
  /** Does the work on the account as it is now known, which is the changed one after a conflict. */
  readonly start: (work: (base: ServiceAccount) => Promise<void>) => Promise<void>;
  /** Goes on from the changed account, without doing anything. */
  readonly adopt: () => void;
}

/** A change that must not pass over somebody else's: with If-Match it is refused, and this reads what there is now. */
export function useVersionedAction(account: ServiceAccount): VersionedAction {
  const { client } = usePage();
  const action = useAction();
  const [base, setBase] = useState(account);
  const [conflict, setConflict] = useState<ServiceAccount>();
  return {
    isPending: action.isPending,
    error: action.error,
    forgetError: action.forgetError,
    base,
    conflict,
    start: (work) =>
      action.start(async () => {
        const current = conflict ?? base;
        setBase(current);
        try {
          await work(current);
          setConflict(undefined);
        } catch (error) {
          if (!isProblem(error, 'precondition-failed')) throw error;
          setConflict(await client.reads.get(account.id));
        }
      }),
    adopt: () => {
      if (conflict !== undefined) setBase(conflict);
      setConflict(undefined);
    },
  };
}
