import type { PermissionCatalogue, ServiceAccount } from '@orki/service-accounts-client';
import type { Rights } from '../api/rights.ts';
import { Check } from '../design/check.tsx';
import { useTexts } from '../i18n/text.ts';
import { AccountRow } from './account-row.tsx';

interface AccountsTableProps {
  readonly accounts: readonly ServiceAccount[];
  readonly catalogue: PermissionCatalogue;
  readonly rights: Rights;
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (selected: ReadonlySet<string>) => void;
  /** Whether these are still the accounts of another search. */
  readonly isStale: boolean;
}

/** A plain table, which every screen reader knows; on a narrow screen each row stands as a card. */
export function AccountsTable({
  accounts,
  catalogue,
  rights,
  selected,
  onSelect,
  isStale,
}: AccountsTableProps) {
  const { t } = useTexts();
  const held = accounts.filter(({ id }) => selected.has(id)).length;
  const isAll = held === accounts.length;
  return (
    <table className="accounts" aria-label={t('list.label')} aria-busy={isStale}>
      <thead>
        <tr>
          {rights.mayManage && (
            <th scope="col" className="cell-select">
              <Check
                label={t('list.select-all')}
                isLabelHidden
                isSelected={isAll}
                isIndeterminate={held > 0 && !isAll}
                onChange={() => onSelect(isAll ? new Set() : new Set(accounts.map(({ id }) => id)))}
              />
            </th>
          )}
          <th scope="col">{t('list.column.account')}</th>
          <th scope="col">{t('list.column.mode')}</th>
          <th scope="col">{t('list.column.status')}</th>
          <th scope="col">{t('list.column.secret')}</th>
          <th scope="col">{t('list.column.created')}</th>
          <th scope="col">{t('list.column.changed')}</th>
          {rights.mayManage && (
            <th scope="col" className="cell-actions">
              <span className="visually-hidden">{t('list.column.actions')}</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {accounts.map((account) => (
          <AccountRow
            key={account.id}
            account={account}
            catalogue={catalogue}
            rights={rights}
            isSelected={selected.has(account.id)}
            onToggle={() => onSelect(selected.symmetricDifference(new Set([account.id])))}
          />
        ))}
      </tbody>
    </table>
  );
}
