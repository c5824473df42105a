import type { PermissionCatalogue, ServiceAccount } from '@orki/service-accounts-client';
import type { Rights } from '../api/rights.ts';
import { useTexts } from '../i18n/text.ts';
import { labelsOf } from '../permissions/labels.ts';
import { usePreviousSecret } from '../secret/previous-secret.ts';
import { useOpenFlow } from './flow.ts';

interface AccountAction {
  readonly name:
    | 'edit'
    | 'regenerate'
    | 'keys'
    | 'end-previous'
    | 'revoke'
    | 'activate'
    | 'deactivate'
    | 'delete';
  readonly label: string;
  readonly isDanger: boolean;
  readonly isAllowed: boolean;
  readonly start: () => void;
}

export interface AccountActions {
  readonly actions: readonly AccountAction[];
  /** Why some of them are not allowed; undefined when all are. */
  readonly reason: string | undefined;
}

const namedRights = 4;

const takesPowerAway: readonly AccountAction['name'][] = ['end-previous', 'revoke', 'deactivate'];

/** What can be done with an account as it is, and what of it this person may do. Whatever takes power away they may. */
export function useAccountActions(
  account: ServiceAccount,
  catalogue: PermissionCatalogue,
  rights: Rights,
): AccountActions {
  const texts = useTexts();
  const { t, list } = texts;
  const open = useOpenFlow();
  const previousSecret = usePreviousSecret(account);
  const hasKeys = account.credentials.type === 'jwks';
  const mayChange = rights.mayChange(account);
  const action = (name: AccountAction['name'], start: () => void): AccountAction => ({
    name,
    label: t(
      hasKeys && (name === 'keys' || name === 'regenerate') ? `action.${name}.with-keys` : `action.${name}`,
    ),
    isDanger: name === 'delete',
    isAllowed: mayChange || takesPowerAway.includes(name),
    start,
  });
  const isActive = account.status === 'active';
  return {
    actions: [
      action('edit', () => open({ kind: 'edit', account })),
      action('regenerate', () => open({ kind: 'regenerate', account })),
      action('keys', () => open({ kind: 'keys', account })),
      ...(previousSecret ? [action('end-previous', () => open({ kind: 'end-previous', account }))] : []),
      action('revoke', () => open({ kind: 'revoke', account })),
      isActive
        ? action('deactivate', () => open({ kind: 'deactivate', accounts: [account] }))
        : action('activate', () => open({ kind: 'activate', account })),
      action('delete', () => open({ kind: 'delete', account })),
    ],
    reason: mayChange ? undefined : reasonFor(),
  };

  function reasonFor(): string {
    const lacking = labelsOf(catalogue, rights.lackingFor(account), texts);
    if (lacking.length === 0 || lacking.length > namedRights) return t('denied.holding');
    return t('denied.holding.lacking', { rights: list(lacking) });
  }
}
