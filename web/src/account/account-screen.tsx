import { isProblem, type PermissionCatalogue, type ServiceAccount } from '@orki/service-accounts-client';
import { useAccount } from '../api/queries.ts';
import type { Rights } from '../api/rights.ts';
import { ModeBadge, StatusBadge } from '../design/badges.tsx';
import { Button } from '../design/button.tsx';
import { Icon } from '../design/icon.tsx';
import { Problem } from '../design/problem.tsx';
import { useTexts } from '../i18n/text.ts';
import { TableSkeleton } from '../list/table-skeleton.tsx';
import { useAccountActions } from '../manage/account-actions.ts';
import { PageHeading } from '../page/page-heading.tsx';
import { PageLink } from '../page/page-link.tsx';
import { Facts } from './facts.tsx';
import { History } from './history.tsx';
import { HowToGetToken } from './how-to-get-token.tsx';
import { WhatItCanDo } from './what-it-can-do.tsx';

interface AccountScreenProps {
  readonly id: string;
  readonly catalogue: PermissionCatalogue;
  readonly rights: Rights;
}

/** One account, at an address of its own. */
export function AccountScreen({ id, catalogue, rights }: AccountScreenProps) {
  const { t } = useTexts();
  const query = useAccount(id);
  const isAbsent = isProblem(query.error, 'service-account-not-found', 'invalid-request');
  return (
    <>
      <nav className="breadcrumb" aria-label={t('title')}>
        <PageLink to="" className="link">
          <Icon name="back" /> {t('back-to-list')}
        </PageLink>
      </nav>
      {isAbsent ? (
        <PageHeading title={t('not-found.title')} lead={t('not-found.text')} />
      ) : query.data ? (
        <Account account={query.data} catalogue={catalogue} rights={rights} />
      ) : query.isError ? (
        <Problem error={query.error} title={t('error.load-one')}>
          <Button isPending={query.isFetching} onPress={() => void query.refetch()}>
            {t('action.retry')}
          </Button>
        </Problem>
      ) : (
        <TableSkeleton />
      )}
    </>
  );
}

interface AccountProps {
  readonly account: ServiceAccount;
  readonly catalogue: PermissionCatalogue;
  readonly rights: Rights;
}

function Account({ account, catalogue, rights }: AccountProps) {
  const { t } = useTexts();
  return (
    <>
      <PageHeading title={account.username} lead={account.description ?? t('account.no-description')}>
        <div className="account-badges">
          <StatusBadge account={account} />
          <ModeBadge mode={account.mode} />
        </div>
      </PageHeading>
      {rights.mayManage && <Actions account={account} catalogue={catalogue} rights={rights} />}
      <div className="account-columns">
        <Facts account={account} mayManage={rights.mayManage} />
        <WhatItCanDo account={account} catalogue={catalogue} />
      </div>
      <div className="account-panels">
        <HowToGetToken account={account} />
        <History id={account.id} />
      </div>
    </>
  );
}

function Actions({ account, catalogue, rights }: AccountProps) {
  const { actions, reason } = useAccountActions(account, catalogue, rights);
  return (
    <div className="account-actions">
      {actions
        .filter(({ name }) => name !== 'end-previous')
        .map(({ name, label, isDanger, isAllowed, start }) => (
          <Button
            key={name}
            variant={isDanger ? 'danger' : 'secondary'}
            isDisabled={!isAllowed}
            {...(!isAllowed && { 'aria-describedby': 'account-reason' })}
            onPress={start}
          >
            {label}
          </Button>
        ))}
      {reason && (
        <p id="account-reason" className="reason">
          {reason}
        </p>
      )}
    </div>
  );
}
