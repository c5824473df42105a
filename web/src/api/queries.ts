import type {
  ListQuery,
  PermissionCatalogue,
  ServiceAccount,
  ServiceAccountHistory,
  ServiceAccountPage,
} from '@orki/service-accounts-client';
import {
  type InfiniteData,
  infiniteQueryOptions,
  queryOptions,
  type UseInfiniteQueryResult,
  type UseQueryResult,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useEffect } from 'react';
import { usePage } from '../page/page-context.ts';
import type { PageClient } from './page-client.ts';

export interface Filters {
  readonly search: string;
  /** `expiring` are the active ones whose secret ends within thirty days, `expired` those whose secret has ended. */
  readonly status: 'active' | 'inactive' | 'expiring' | 'expired' | undefined;
  readonly mode: ServiceAccount['mode'] | undefined;
}

const pageSize = 50;
/** The service gives its first warning as long before the end of a secret. */
export const expiringMs = 30 * 86_400_000;
/** For so long, what was asked for ahead of its screen is not asked for again when the screen opens. */
const aheadMs = 5000;

const keys = {
  catalogue: ['catalogue'],
  lists: ['list'],
  account: (id: string) => ['account', id],
  history: (id: string) => ['history', id],
} as const;

export function useCatalogue(): UseQueryResult<PermissionCatalogue> {
  const { client } = usePage();
  return useQuery({
    queryKey: keys.catalogue,
    queryFn: ({ signal }) => client.reads.permissions({ signal }),
    staleTime: 30_000,
  });
}

/** A page of the list, with the query that it answers, which its cursor belongs to. */
type AnsweredPage = ServiceAccountPage & { readonly query: ListQuery };

function accountsQuery(client: PageClient, filters: Filters) {
  return infiniteQueryOptions({
    queryKey: [...keys.lists, filters],
    queryFn: async ({ pageParam, signal }): Promise<AnsweredPage> => {
      const query = pageParam ?? listQuery(filters, Date.now());
      return { ...(await client.reads.page(query, { signal })), query };
    },
    initialPageParam: undefined as ListQuery | undefined,
    getNextPageParam: ({ nextCursor, query }: AnsweredPage): ListQuery | undefined =>
      nextCursor === null ? undefined : { ...query, cursor: nextCursor },
    staleTime: aheadMs,
  });
}

/** What the service is asked for. */
export function listQuery({ search, status, mode }: Filters, now: number): ListQuery {
  return {
    limit: pageSize,
    ...(search && { search }),
    ...(mode && { mode }),
    ...(status === 'expiring'
      ? {
          status: 'active',
          expiresAfter: new Date(now).toISOString(),
          expiresBefore: new Date(now + expiringMs).toISOString(),
        }
      : status && { status }),
  };
}

export function useAccounts(filters: Filters): UseInfiniteQueryResult<InfiniteData<ServiceAccountPage>> {
  const { client } = usePage();
  return useInfiniteQuery({ ...accountsQuery(client, filters), placeholderData: (previous) => previous });
}

const accountQuery = (client: PageClient, id: string) =>
  queryOptions({
    queryKey: keys.account(id),
    queryFn: ({ signal }) => client.reads.get(id, { signal }),
    staleTime: aheadMs,
  });

export function useAccount(id: string): UseQueryResult<ServiceAccount> {
  const { client } = usePage();
  return useQuery(accountQuery(client, id));
}

/** Asks for what the first screen shows at the same time as for the catalogue, without which no screen opens. */
export function useReadAhead(wanted: Filters | string): void {
  const { client } = usePage();
  const queries = useQueryClient();
  // biome-ignore lint/correctness/useExhaustiveDependencies: for the first screen alone; the others ask for themselves
  useEffect(() => {
    if (typeof wanted === 'string') void queries.prefetchQuery(accountQuery(client, wanted));
    else void queries.prefetchInfiniteQuery(accountsQuery(client, wanted));
  }, []);
}

export function useHistory(id: string): UseQueryResult<ServiceAccountHistory> {
  const { client } = usePage();
  return useQuery({
    queryKey: keys.history(id),
    queryFn: ({ signal }) => client.reads.history(id, { signal }),
  });
}

/** What is known of accounts after a change; nothing is shown that the service has not said. */
export function useRefresh() {
  const queries = useQueryClient();
  return {
    /** Shows an account as the service has just described it, and reads the lists again. */
    show(account: ServiceAccount): void {
      queries.setQueryData(keys.account(account.id), withoutSecret(account));
      void queries.invalidateQueries({ queryKey: keys.history(account.id) });
      void queries.invalidateQueries({ queryKey: keys.lists });
    },
    forget(id: string): void {
      queries.removeQueries({ queryKey: keys.account(id) });
      queries.removeQueries({ queryKey: keys.history(id) });
      void queries.invalidateQueries({ queryKey: keys.lists });
    },
    everything: (): Promise<void> => queries.invalidateQueries(),
  };
}

/** Answers that show a secret carry these two beside the account; neither may get into the cache. */
function withoutSecret(
  account: ServiceAccount & { clientSecret?: string; tokenUrl?: string },
): ServiceAccount {
  const { clientSecret: _secret, tokenUrl: _url, ...rest } = account;
  return rest;
}
