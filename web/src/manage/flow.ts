import type { ServiceAccount } from '@orki/service-accounts-client';
import { createContext, use } from 'react';
import type { Prefill } from '../page/place.ts';
import type { OpenedAnswer } from '../secret/secret-box.ts';

/** What the person is about to do, in a dialog over the page. */
export type Flow =
  | { readonly kind: 'create'; readonly prefill: Prefill | undefined }
  | {
      readonly kind: 'edit' | 'regenerate' | 'keys' | 'end-previous' | 'revoke' | 'activate' | 'delete';
      readonly account: ServiceAccount;
    }
  | { readonly kind: 'deactivate'; readonly accounts: readonly ServiceAccount[] }
  | { readonly kind: 'secret'; readonly answer: OpenedAnswer; readonly reason: 'created' | 'regenerated' };

export const OpenFlowContext = createContext<((flow: Flow) => void) | undefined>(undefined);

/** Opens the dialog for what a person wants to do. */
export function useOpenFlow(): (flow: Flow) => void {
  const open = use(OpenFlowContext);
  if (open === undefined) throw new Error('This component has to be within the page.');
  return open;
}
