import type { ServiceAccount } from '@orki/service-accounts-client';
import { useState } from 'react';
import { describeError } from '../api/errors.ts';
import { useAction } from '../api/use-action.ts';
import { Button } from '../design/button.tsx';
import { Check } from '../design/check.tsx';
import { Dialog } from '../design/dialog.tsx';
import { Problem } from '../design/problem.tsx';
import { WaitingNote } from '../design/waiting-note.tsx';
import { useTexts } from '../i18n/text.ts';
import { usePage } from '../page/page-context.ts';

interface DeactivateDialogProps {
  readonly accounts: readonly ServiceAccount[];
  readonly onClose: () => void;
  /** Told of those that are inactive now, also when others of them failed. */
  readonly onDeactivated: (accounts: readonly ServiceAccount[]) => void;
}

interface Failure {
  readonly account: ServiceAccount;
  readonly error: unknown;
}

/**
 * Deactivates one account or several, one after the other. It asks for no version: it takes power away, and whoever
 * wants that wants it whatever else has changed.
 */
export function DeactivateDialog({ accounts, onClose, onDeactivated }: DeactivateDialogProps) {
  const { t } = useTexts();
  const { client } = usePage();
  const action = useAction();
  const [todo, setTodo] = useState(accounts);
  const [done, setDone] = useState<readonly ServiceAccount[]>([]);
  const [revokeTokens, setRevokeTokens] = useState(false);
  const [failures, setFailures] = useState<readonly Failure[]>([]);
  const [only] = accounts;
  const isOne = accounts.length === 1 && only !== undefined;

  const deactivate = () =>
    action.start(async () => {
      setFailures([]);
      const succeeded = [...done];
      const failed: Failure[] = [];
      for (const account of todo) {
        try {
          succeeded.push(await client.changes.deactivate(account.id, revokeTokens ? { revokeTokens } : {}));
          setDone([...succeeded]);
        } catch (error) {
          failed.push({ account, error });
        }
      }
      if (failed.length === 0) return onDeactivated(succeeded);
      setTodo(failed.map(({ account }) => account));
      setFailures(failed);
    });

  const close = () => {
    if (action.isPending) return;
    if (done.length > 0) onDeactivated(done);
    else onClose();
  };
  const title = isOne
    ? t('deactivate.title', { username: only.username })
    : t('deactivate.title.many', { count: accounts.length });
  const pending = isOne
    ? t('deactivate.pending')
    : t('deactivate.pending.many', { done: done.length, count: accounts.length });
  return (
    <Dialog
      title={title}
      isAlert
      onCloseRequest={close}
      footer={
        <>
          <Button autoFocus isDisabled={action.isPending} onPress={close}>
            {t(failures.length > 0 ? 'action.close' : 'action.cancel')}
          </Button>
          <Button variant="danger" isPending={action.isPending} onPress={deactivate}>
            {action.isPending ? pending : t(failures.length > 0 ? 'action.retry' : 'deactivate.submit')}
          </Button>
        </>
      }
    >
      {isOne && failures[0] && <Problem error={failures[0].error} />}
      {!isOne && failures.length > 0 && <Failures failures={failures} />}
      <p>{t(isOne ? 'deactivate.text' : 'deactivate.text.many')}</p>
      {!isOne && failures.length === 0 && (
        <ul className="names">
          {accounts.map(({ id, username }) => (
            <li key={id}>
              <bdi>{username}</bdi>
            </li>
          ))}
        </ul>
      )}
      <Check
        isSelected={revokeTokens}
        onChange={setRevokeTokens}
        isReadOnly={action.isPending}
        label={t(isOne ? 'revoke.too' : 'revoke.too.many')}
        description={t('deactivate.revoke')}
      />
      <WaitingNote pending={action.isPending ? pending : undefined} />
    </Dialog>
  );
}

function Failures({ failures }: { readonly failures: readonly Failure[] }) {
  const texts = useTexts();
  return (
    <div className="problem" role="alert">
      <div className="problem-text">
        <strong>{texts.t('deactivate.failed.many', { count: failures.length })}</strong>
        <ul>
          {failures.map(({ account, error }) => (
            <li key={account.id}>
              <bdi>{account.username}</bdi>: {describeError(error, texts).text}
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
