import type {
  PermissionCatalogue,
  ServiceAccount,
  ServiceAccountWithRevocation,
} from '@orki/service-accounts-client';
import { useTexts } from '../i18n/text.ts';
import { usePage } from '../page/page-context.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { useVersionedAction } from './use-versioned-action.ts';

interface RevokeDialogProps {
  readonly account: ServiceAccount;
  readonly catalogue: PermissionCatalogue;
  readonly onClose: () => void;
  readonly onRevoked: (
    account: ServiceAccount,
    revocation: ServiceAccountWithRevocation['revocation'],
  ) => void;
}

/**
 * Says which tokens stop working and where. It asks for no version: it takes power away, and whoever wants that wants it
 * whatever else has changed.
 */
export function RevokeDialog({ account, catalogue, onClose, onRevoked }: RevokeDialogProps) {
  const { t } = useTexts();
  const { client } = usePage();
  const action = useVersionedAction(account);
  return (
    <ConfirmDialog
      title={t('revoke.title', { username: account.username })}
      submit={t('revoke.submit')}
      pending={t('revoke.pending')}
      isDanger
      catalogue={catalogue}
      action={action}
      work={async ({ id }) => {
        const { revocation, ...revoked } = await client.changes.revokeTokens(id);
        onRevoked(revoked, revocation);
      }}
      onClose={onClose}
    >
      <p>{t('revoke.text')}</p>
      <p>{t('revoke.signatures')}</p>
      <p className="help">{t('revoke.secret')}</p>
    </ConfirmDialog>
  );
}
