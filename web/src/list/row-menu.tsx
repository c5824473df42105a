import type { PermissionCatalogue, ServiceAccount } from '@orki/service-accounts-client';
import { Header, Menu, MenuItem, MenuSection, MenuTrigger, Popover, Separator } from 'react-aria-components';
import type { Rights } from '../api/rights.ts';
import { IconButton } from '../design/button.tsx';
import { useTexts } from '../i18n/text.ts';
import { useAccountActions } from '../manage/account-actions.ts';

interface RowMenuProps {
  readonly account: ServiceAccount;
  readonly catalogue: PermissionCatalogue;
  readonly rights: Rights;
}

/** What can be done with the account of a row; what can't be says why, at the top. */
export function RowMenu({ account, catalogue, rights }: RowMenuProps) {
  const { t } = useTexts();
  const { actions, reason } = useAccountActions(account, catalogue, rights);
  const items = actions.map(({ name, label, isDanger, isAllowed, start }) => (
    <MenuItem
      key={name}
      id={name}
      className={`menu-item ${isDanger ? 'menu-item-danger' : ''}`}
      isDisabled={!isAllowed}
      onAction={start}
    >
      {label}
    </MenuItem>
  ));
  return (
    <MenuTrigger>
      <IconButton icon="more" label={t('list.actions-of', { username: account.username })} />
      <Popover className="popover" placement="bottom end">
        <Menu className="menu" aria-label={t('list.actions-of', { username: account.username })}>
          {reason ? (
            <MenuSection>
              <Header className="menu-reason">{reason}</Header>
              {items}
            </MenuSection>
          ) : (
            [...items.slice(0, -1), <Separator key="line" className="menu-line" />, items.at(-1)]
          )}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
