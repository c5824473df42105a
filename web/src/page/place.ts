import type { ServiceAccount } from '@orki/service-accounts-client';
import { useSyncExternalStore } from 'react';
import type { Filters } from '../api/queries.ts';
import { usePage } from './page-context.ts';

/** What a link asks the form for: `?create&username=&mode=custom&permissions=a,b`. */
export interface Prefill {
  readonly username: string;
  readonly description: string;
  readonly mode: ServiceAccount['mode'] | undefined;
  readonly permissions: readonly string[];
}

export type Place =
  | { readonly screen: 'list'; readonly filters: Filters; readonly prefill: Prefill | undefined }
  | { readonly screen: 'account'; readonly id: string };

const modes = ['admin', 'agent', 'custom'] as const;
const statuses = ['active', 'inactive', 'expiring', 'expired'] as const;

const oneOf = <Value extends string>(values: readonly Value[], text: string | null): Value | undefined =>
  values.find((value) => value === text);

/** What a path and query below the page's address mean; what they don't know is passed over. */
export function parsePlace(text: string): Place {
  const [path = '', search = ''] = text.split('?', 2);
  const id = path.replace(/^\//, '');
  if (id !== '') return { screen: 'account', id };
  const query = new URLSearchParams(search);
  const isCreating = query.has('create');
  const prefill = isCreating
    ? {
        username: query.get('username') ?? '',
        description: query.get('description') ?? '',
        mode: oneOf(modes, query.get('mode')),
        permissions: (query.get('permissions') ?? '').split(',').filter((name) => name !== ''),
      }
    : undefined;
  const filters = {
    search: query.get('search') ?? '',
    status: oneOf(statuses, query.get('status')),
    // In a link to the form, `mode` is the new account's.
    mode: isCreating ? undefined : oneOf(modes, query.get('mode')),
  };
  return { screen: 'list', filters, prefill };
}

/** The place of a list with these filters. */
export function listPlace({ search, status, mode }: Filters): string {
  const query = new URLSearchParams();
  if (search) query.set('search', search);
  if (status) query.set('status', status);
  if (mode) query.set('mode', mode);
  return query.size === 0 ? '' : `?${query}`;
}

export const accountPlace = (id: string): string => `/${id}`;

/** Where the page is now. */
export function usePlace(): Place {
  const { router } = usePage();
  return parsePlace(useSyncExternalStore(router.subscribe, router.current));
}
