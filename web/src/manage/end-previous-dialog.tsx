import type { PermissionCatalogue, ServiceAccount } from '@orki/service-accounts-client';
import { useTexts } from '../i18n/text.ts';
import { usePage } from '../page/page-context.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { useVersionedAction } from './use-versioned-action.ts';

interface EndPreviousDialogProps {
  readonly account: ServiceAccount;
  readonly catalogue: PermissionCatalogue;
  readonly onClose: () => void;
  readonly onEnded: (account: ServiceAccount) => void;
}

/**
 * Ends the secret before the one of now. It asks for the version, because after another rotation the secret before is
 * the one that the person sees as the secret of now.
 */
export function EndPreviousDialog({ account, catalogue, onClose, onEnded }: EndPreviousDialogProps) {
  const { t } = useTexts();
  const { client } = usePage();
  const action = useVersionedAction(account);
  const { username, secretHint, previousSecret } = action.base;
  const hints = { hint: `…${previousSecret?.hint}`, now: `…${secretHint}` };
  return (
    <ConfirmDialog
      title={t('end-previous.title', { username })}
      submit={t('end-previous.submit')}
      pending={t('end-previous.pending')}
      isDanger
      catalogue={catalogue}
      action={action}
      work={async ({ id, version }) =>
        onEnded(await client.changes.endPreviousSecret(id, { ifMatch: version }))
      }
      onClose={onClose}
    >
      <p>{t('end-previous.text', hints)}</p>
      <p className="help">{t('end-previous.tokens')}</p>
    </ConfirmDialog>
  );
}
