import { isProblem, type PermissionCatalogue, type ServiceAccount } from '@orki/service-accounts-client';
import { useState } from 'react';
import { Input, Label, Text, TextField } from 'react-aria-components';
import { directionOf, useTexts } from '../i18n/text.ts';
import { usePage } from '../page/page-context.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { useVersionedAction } from './use-versioned-action.ts';

interface AccountDialogProps {
  readonly account: ServiceAccount;
  readonly catalogue: PermissionCatalogue;
  readonly onClose: () => void;
}

export function ActivateDialog(
  props: AccountDialogProps & { readonly onActivated: (account: ServiceAccount) => void },
) {
  const { account, catalogue, onClose } = props;
  const { t } = useTexts();
  const { client } = usePage();
  const action = useVersionedAction(account);
  return (
    <ConfirmDialog
      title={t('activate.title', { username: account.username })}
      submit={t('activate.submit')}
      pending={t('activate.pending')}
      catalogue={catalogue}
      action={action}
      work={async ({ id, version }) =>
        props.onActivated(await client.changes.activate(id, { ifMatch: version }))
      }
      onClose={onClose}
    >
      <p>{t('activate.text')}</p>
    </ConfirmDialog>
  );
}

/** Asks for the username. An account that is gone already counts as deleted. */
export function DeleteDialog(props: AccountDialogProps & { readonly onDeleted: () => void }) {
  const { account, catalogue, onClose } = props;
  const { t } = useTexts();
  const { client } = usePage();
  const action = useVersionedAction(account);
  const [typed, setTyped] = useState('');
  const { username } = action.conflict ?? action.base;
  const isConfirmed = typed.trim().normalize() === username;
  return (
    <ConfirmDialog
      title={t('delete.title', { username })}
      submit={t('delete.submit')}
      pending={t('delete.pending')}
      isDanger
      obstacle={isConfirmed || action.conflict ? undefined : t('delete.confirm.needed')}
      catalogue={catalogue}
      action={action}
      work={async ({ id, version }) => {
        await client.changes.delete(id, { ifMatch: version }).catch((error) => {
          if (!isProblem(error, 'service-account-not-found')) throw error;
        });
        props.onDeleted();
      }}
      onClose={onClose}
    >
      <p>{t('delete.text')}</p>
      <p className="help">{t('delete.tokens')}</p>
      <TextField className="field" autoFocus value={typed} onChange={setTyped}>
        <Label className="label">{t('delete.confirm')}</Label>
        <Input className="input" {...directionOf(typed)} autoComplete="off" spellCheck={false} />
        <Text slot="description" className="help">
          {t('delete.confirm.help', { username })}
        </Text>
      </TextField>
    </ConfirmDialog>
  );
}
