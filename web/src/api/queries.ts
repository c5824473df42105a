import type { PermissionCatalogue, ServiceAccount, ServiceAccountPage } from '@orki/service-accounts-client';
import {
  type InfiniteData,
  type UseInfiniteQueryResult,
  type UseQueryResult,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { usePage } from '../page/page-context.ts';

export interface Filters {
  readonly search: string;
  readonly status: ServiceAccount['status'] | undefined;
  readonly mode: ServiceAccount['mode'] | undefined;
}

const pageSize = 50;

const keys = {
  catalogue: ['catalogue'],
  lists: ['list'],
  account: (id: string) => ['account', id],
} as const;

export function useCatalogue(): UseQueryResult<PermissionCatalogue> {
  const { client } = usePage();
  return useQuery({
    queryKey: keys.catalogue,
    queryFn: ({ signal }) => client.reads.permissions({ signal }),
    staleTime: 30_000,
  });
}

export function useAccounts(filters: Filters): UseInfiniteQueryResult<InfiniteData<ServiceAccountPage>> {
  const { client } = usePage();
  const { search, status, mode } = filters;
  const query = {
    limit: pageSize,
    ...(search && { search }),
    ...(status && { status }),
    ...(mode && { mode }),
  };
  return useInfiniteQuery({
    queryKey: [...keys.lists, query],
    queryFn: ({ pageParam, signal }) =>
      client.reads.page({ ...query, ...(pageParam && { cursor: pageParam }) }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    placeholderData: (previous) => previous,
  });
}

export function useAccount(id: string): UseQueryResult<ServiceAccount> {
  const { client } = usePage();
  return useQuery({ queryKey: keys.account(id), queryFn: ({ signal }) => client.reads.get(id, { signal }) });
}

/** What is known of accounts after a change; nothing is shown that the service has not said. */
export function useRefresh() {
  const queries = useQueryClient();
  return {
    /** Shows an account as the service has just described it, and reads the lists again. */
    show(account: ServiceAccount): void {
      queries.setQueryData(keys.account(account.id), withoutSecret(account));
      void queries.invalidateQueries({ queryKey: keys.lists });
    },
    forget(id: string): void {
      queries.removeQueries({ queryKey: keys.account(id) });
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
