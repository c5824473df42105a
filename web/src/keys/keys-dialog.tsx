import type { PermissionCatalogue, ServiceAccount } from '@orki/service-accounts-client';
import { useRef, useState } from 'react';
import { describeError } from '../api/errors.ts';
import { useFocusOnError } from '../form/account-form.tsx';
import { useTexts } from '../i18n/text.ts';
import { ConfirmDialog } from '../manage/confirm-dialog.tsx';
import { useVersionedAction } from '../manage/use-versioned-action.ts';
import { usePage } from '../page/page-context.ts';
import { type EnteredKeys, KeysField, keysFrom } from './keys-field.tsx';

interface KeysDialogProps {
  readonly account: ServiceAccount;
  readonly catalogue: PermissionCatalogue;
  readonly onClose: () => void;
  readonly onReplaced: (account: ServiceAccount) => void;
}

/** Replaces the public keys of an account, or has it use keys in place of its secret. */
export function KeysDialog({ account, catalogue, onClose, onReplaced }: KeysDialogProps) {
  const texts = useTexts();
  const { t } = texts;
  const { client } = usePage();
  const body = useRef<HTMLDivElement>(null);
  const action = useVersionedAction(account);
  const { base, isPending } = action;
  const before = base.credentials.keys;
  const hasKeys = base.credentials.type === 'jwks';
  const [entered, setEntered] = useState<EnteredKeys>(() => keysFrom(before));
  const [attempt, setAttempt] = useState(0);
  useFocusOnError(body, attempt);

  const isSame = hasKeys && JSON.stringify(entered.keys) === JSON.stringify(before);
  const endsSomething = !hasKeys || before.some((key) => !entered.keys.includes(key));
  return (
    <ConfirmDialog
      title={t(hasKeys ? 'keys.title' : 'keys.title.from-secret', { username: base.username })}
      submit={t('keys.submit')}
      pending={t('keys.pending')}
      isDanger={endsSomething && entered.keys.length > 0}
      obstacle={obstacle()}
      catalogue={catalogue}
      action={action}
      work={async ({ id, version }) => {
        try {
          onReplaced(await client.changes.replaceKeys(id, entered.keys, { ifMatch: version }));
        } catch (failure) {
          const { keys: refused } = describeError(failure, texts).fields;
          if (refused !== undefined) {
            setEntered({ ...entered, error: refused });
            setAttempt(attempt + 1);
          }
          throw failure;
        }
      }}
      onClose={onClose}
    >
      <p>{t(hasKeys ? 'keys.text' : 'keys.text.from-secret')}</p>
      <div ref={body} className="dialog-flow">
        <KeysField entered={entered} isReadOnly={isPending} onChange={setEntered} />
      </div>
    </ConfirmDialog>
  );

  function obstacle(): string | undefined {
    if (entered.keys.length === 0) return t('keys.needed');
    return isSame ? t('edit.nothing-changed') : undefined;
  }
}
