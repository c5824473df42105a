import type { PermissionCatalogue, ServiceAccount } from '@orki/service-accounts-client';
import type { Rights } from '../api/rights.ts';
import { ModeBadge, StatusBadge } from '../design/badges.tsx';
import { Check } from '../design/check.tsx';
import { Time } from '../design/time.tsx';
import { useTexts } from '../i18n/text.ts';
import { CredentialsHint } from '../keys/credentials-hint.tsx';
import { PageLink } from '../page/page-link.tsx';
import { accountPlace } from '../page/place.ts';
import { RowMenu } from './row-menu.tsx';
import { SecretLife } from './secret-life.tsx';

interface AccountRowProps {
  readonly account: ServiceAccount;
  readonly catalogue: PermissionCatalogue;
  readonly rights: Rights;
  readonly isSelected: boolean;
  readonly onToggle: () => void;
}

export function AccountRow({ account, catalogue, rights, isSelected, onToggle }: AccountRowProps) {
  const { t } = useTexts();
  const { username, description } = account;
  return (
    <tr className={isSelected ? 'row row-selected' : 'row'}>
      {rights.mayManage && (
        <td className="cell-select">
          <Check
            label={t('list.select', { username })}
            isLabelHidden
            isSelected={isSelected}
            onChange={onToggle}
          />
        </td>
      )}
      <th scope="row" className="cell-account">
        <PageLink to={accountPlace(account.id)} className="account-name">
          <bdi>{username}</bdi>
        </PageLink>
        {description && (
          <span className="account-description" dir="auto" title={description}>
            {description}
          </span>
        )}
      </th>
      <td data-label={t('list.column.mode')}>
        <ModeBadge mode={account.mode} />
      </td>
      <td data-label={t('list.column.status')}>
        <StatusBadge account={account} />
      </td>
      <td className="cell-secret" data-label={t('list.column.secret')}>
        <CredentialsHint account={account} />
        <SecretLife account={account} />
      </td>
      <td className="cell-time" data-label={t('list.column.created')}>
        <Change at={account.createdAt} by={account.createdBy} />
      </td>
      <td className="cell-time" data-label={t('list.column.changed')}>
        <Change at={account.updatedAt} by={account.updatedBy} />
      </td>
      {rights.mayManage && (
        <td className="cell-actions">
          <RowMenu account={account} catalogue={catalogue} rights={rights} />
        </td>
      )}
    </tr>
  );
}

function Change({ at, by }: { readonly at: string; readonly by: ServiceAccount['createdBy'] }) {
  const { t } = useTexts();
  return (
    <span className="change">
      <Time at={at} />
      {by ? (
        // Left to right, so that a name that is too long loses its end and not its beginning.
        <span className="change-by" dir="ltr" title={t('by', { name: by.username })}>
          {by.username}
        </span>
      ) : (
        <span className="change-by">{t('by-nobody')}</span>
      )}
    </span>
  );
}
