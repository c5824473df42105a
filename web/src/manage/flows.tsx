import type { PermissionCatalogue, ServiceAccount } from '@orki/service-accounts-client';
import { useRefresh } from '../api/queries.ts';
import { CreateDialog } from '../create/create-dialog.tsx';
import type { MessageId } from '../i18n/languages.ts';
import { useTexts } from '../i18n/text.ts';
import { KeysDialog } from '../keys/keys-dialog.tsx';
import { usePage } from '../page/page-context.ts';
import { SecretDialog } from '../secret/secret-dialog.tsx';
import { ActivateDialog, DeleteDialog } from './account-dialogs.tsx';
import { DeactivateDialog } from './deactivate-dialog.tsx';
import { EditDialog } from './edit-dialog.tsx';
import { EndPreviousDialog } from './end-previous-dialog.tsx';
import type { Flow } from './flow.ts';
import { RegenerateDialog } from './regenerate-dialog.tsx';
import { RevokeDialog } from './revoke-dialog.tsx';

interface FlowsProps {
  readonly flow: Flow;
  readonly catalogue: PermissionCatalogue;
  readonly onFlow: (flow: Flow | undefined) => void;
  /** Told when an account is gone for good. */
  readonly onDeleted: () => void;
}

/** The dialog of a flow. What the service has done is shown and said when the dialog has closed, and not before. */
export function Flows({ flow, catalogue, onFlow, onDeleted }: FlowsProps) {
  const { t, brief } = useTexts();
  const { announce } = usePage();
  const refresh = useRefresh();
  const onClose = () => onFlow(undefined);
  const finish = (message: MessageId, account: ServiceAccount) => {
    onClose();
    refresh.show(account);
    announce(t(message, { username: account.username }));
  };

  switch (flow.kind) {
    case 'create':
      return (
        <CreateDialog
          catalogue={catalogue}
          prefill={flow.prefill}
          onClose={onClose}
          onCreated={(answer) => onFlow({ kind: 'secret', answer, reason: 'created' })}
          onCreatedWithKeys={(account) => finish('create.done', account)}
        />
      );
    case 'secret':
      return (
        <SecretDialog
          answer={flow.answer}
          reason={flow.reason}
          onDone={() =>
            finish(flow.reason === 'created' ? 'create.done' : 'regenerate.done', flow.answer.account)
          }
        />
      );
    case 'edit':
      return (
        <EditDialog
          account={flow.account}
          catalogue={catalogue}
          onClose={onClose}
          onEdited={(account) => finish('edit.done', account)}
        />
      );
    case 'regenerate':
      return (
        <RegenerateDialog
          account={flow.account}
          catalogue={catalogue}
          onClose={onClose}
          onRegenerated={(answer) => onFlow({ kind: 'secret', answer, reason: 'regenerated' })}
        />
      );
    case 'keys':
      return (
        <KeysDialog
          account={flow.account}
          catalogue={catalogue}
          onClose={onClose}
          onReplaced={(account) => finish('keys.done', account)}
        />
      );
    case 'end-previous':
      return (
        <EndPreviousDialog
          account={flow.account}
          catalogue={catalogue}
          onClose={onClose}
          onEnded={(account) => finish('end-previous.done', account)}
        />
      );
    case 'revoke':
      return (
        <RevokeDialog
          account={flow.account}
          catalogue={catalogue}
          onClose={onClose}
          onRevoked={(account, { acceptedUntil }) => {
            onClose();
            refresh.show(account);
            announce(t('revoke.done', { username: account.username, time: brief(acceptedUntil) }));
          }}
        />
      );
    case 'activate':
      return (
        <ActivateDialog
          account={flow.account}
          catalogue={catalogue}
          onClose={onClose}
          onActivated={(account) => finish('activate.done', account)}
        />
      );
    case 'deactivate':
      return (
        <DeactivateDialog
          accounts={flow.accounts}
          onClose={onClose}
          onDeactivated={(accounts) => {
            onClose();
            for (const account of accounts) refresh.show(account);
            const [only] = accounts;
            announce(
              accounts.length === 1 && only
                ? t('deactivate.done', { username: only.username })
                : t('deactivate.done.many', { count: accounts.length }),
            );
          }}
        />
      );
    case 'delete':
      return (
        <DeleteDialog
          account={flow.account}
          catalogue={catalogue}
          onClose={onClose}
          onDeleted={() => {
            onClose();
            onDeleted();
            refresh.forget(flow.account.id);
            announce(t('delete.done', { username: flow.account.username }));
          }}
        />
      );
  }
}
