import { isProblem, type PermissionCatalogue } from '@orki/service-accounts-client';
import { useEffect, useState } from 'react';
import { useAccounts } from '../api/queries.ts';
import type { Rights } from '../api/rights.ts';
import { Button } from '../design/button.tsx';
import { Problem } from '../design/problem.tsx';
import { useTexts } from '../i18n/text.ts';
import { useOpenFlow } from '../manage/flow.ts';
import { NoRight } from '../page/no-right.tsx';
import { usePage } from '../page/page-context.ts';
import { PageHeading } from '../page/page-heading.tsx';
import { listPlace, type Place } from '../page/place.ts';
import { AccountsTable } from './accounts-table.tsx';
import { EmptyList, NothingMatches } from './empty-states.tsx';
import { SelectionBar } from './selection-bar.tsx';
import { TableSkeleton } from './table-skeleton.tsx';
import { Toolbar } from './toolbar.tsx';

interface ListScreenProps {
  readonly place: Extract<Place, { screen: 'list' }>;
  readonly catalogue: PermissionCatalogue;
  readonly rights: Rights;
}

const noneSelected: ReadonlySet<string> = new Set();

/** All accounts of the tenant, newest first. */
export function ListScreen({ place, catalogue, rights }: ListScreenProps) {
  const { t } = useTexts();
  const { router } = usePage();
  const openFlow = useOpenFlow();
  const { filters } = place;
  const query = useAccounts(filters);
  const [selected, setSelected] = useState(noneSelected);
  usePrefill(place);

  if (isProblem(query.error, 'permission-missing', 'wrong-tenant')) return <NoRight error={query.error} />;
  const accounts = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const chosen = accounts.filter(({ id }) => selected.has(id));
  const isFiltered = filters.search !== '' || filters.status !== undefined || filters.mode !== undefined;
  const create = () => openFlow({ kind: 'create', prefill: undefined });
  return (
    <>
      <PageHeading title={t('title')} lead={t('lead')}>
        {rights.mayManage && (
          <Button variant="primary" icon="plus" onPress={create}>
            {t('create')}
          </Button>
        )}
      </PageHeading>
      {!rights.mayManage && <p className="note">{t('read-only')}</p>}
      <Toolbar filters={filters} onChange={(next) => router.navigate(listPlace(next), { replace: true })} />
      {query.isError && accounts.length === 0 ? (
        <Problem error={query.error} title={t('error.load')}>
          <Button isPending={query.isFetching} onPress={() => void query.refetch()}>
            {t('action.retry')}
          </Button>
        </Problem>
      ) : query.isPending ? (
        <TableSkeleton />
      ) : accounts.length > 0 ? (
        <>
          {query.isRefetchError && <Problem error={query.error} title={t('error.load')} />}
          <SelectionBar chosen={chosen} onClear={() => setSelected(noneSelected)} />
          <AccountsTable
            accounts={accounts}
            catalogue={catalogue}
            rights={rights}
            selected={selected}
            onSelect={setSelected}
            isStale={query.isPlaceholderData}
          />
          <MoreAccounts query={query} count={accounts.length} isFiltered={isFiltered} />
        </>
      ) : isFiltered ? (
        <NothingMatches onClear={() => router.navigate('', { replace: true })} />
      ) : (
        <EmptyList mayManage={rights.mayManage} onCreate={create} />
      )}
    </>
  );
}

/** Opens the form that a link asks for, for whoever may create accounts. */
function usePrefill({ prefill }: ListScreenProps['place']): void {
  const openFlow = useOpenFlow();
  const isAsked = prefill !== undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each link, not for each reading of it
  useEffect(() => {
    if (isAsked) openFlow({ kind: 'create', prefill });
  }, [isAsked]);
}

interface MoreAccountsProps {
  readonly query: ReturnType<typeof useAccounts>;
  readonly count: number;
  readonly isFiltered: boolean;
}

function MoreAccounts({ query, count }: MoreAccountsProps) {
  const { t } = useTexts();
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = query;
  return (
    <div className="more">
      <p role="status" className="more-count">
        {t(hasNextPage ? 'list.shown-of-more' : 'list.shown', { count })}
      </p>
      {isFetchNextPageError && <p className="field-error">{t('list.more.failed')}</p>}
      {hasNextPage && (
        <Button isPending={isFetchingNextPage} onPress={() => void fetchNextPage()}>
          {t(isFetchingNextPage ? 'list.more.loading' : 'list.more')}
        </Button>
      )}
    </div>
  );
}
