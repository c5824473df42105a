import { useCallback, useState } from 'react';
import { Button } from '../design/button.tsx';
import { Check } from '../design/check.tsx';
import { CopyButton } from '../design/copy-button.tsx';
import { Dialog } from '../design/dialog.tsx';
import { Icon } from '../design/icon.tsx';
import { useTexts } from '../i18n/text.ts';
import { SampleTabs } from './sample-tabs.tsx';
import type { OpenedAnswer } from './secret-box.ts';
import { UntrackedText } from './untracked-text.tsx';

interface SecretDialogProps {
  readonly answer: OpenedAnswer;
  readonly reason: 'created' | 'regenerated';
  readonly onDone: () => void;
}

/**
 * Shows the secret, this once. Whatever would close it asks first, until the person says that it is stored; when it
 * closes, the secret is destroyed.
 */
export function SecretDialog({ answer, reason, onDone }: SecretDialogProps) {
  const { t, exact, brief } = useTexts();
  const { account, box, wasReplayed } = answer;
  const [isStored, setStored] = useState(false);
  const [isLeaving, setLeaving] = useState(false);
  const readSecret = useCallback(() => box.read(), [box]);
  const done = () => {
    box.destroy();
    onDone();
  };
  return (
    <Dialog
      title={t(`secret.title.${reason}`, { username: account.username })}
      size="large"
      asksBeforeUnload
      onCloseRequest={() => setLeaving(true)}
      footer={
        <>
          <div className="dialog-footer-note">
            <Check isSelected={isStored} onChange={setStored} label={t('secret.stored')} />
            {!isStored && (
              <span id="secret-stored-needed" className="reason">
                {t('secret.stored.needed')}
              </span>
            )}
          </div>
          <Button
            variant="primary"
            isDisabled={!isStored}
            {...(!isStored && { 'aria-describedby': 'secret-stored-needed' })}
            onPress={done}
          >
            {t('secret.done')}
          </Button>
        </>
      }
    >
      <p className="warning">
        <Icon name="warning" />
        <span>{t('secret.warning')}</span>
      </p>
      {wasReplayed && <p className="help">{t('secret.replayed')}</p>}
      {account.secretExpiresAt && (
        <p title={exact(account.secretExpiresAt)}>
          {t('secret.expires', { time: brief(account.secretExpiresAt) })}
        </p>
      )}
      {reason === 'regenerated' && <OldSecrets answer={answer} />}
      <dl className="credentials">
        <div className="credential">
          <dt>client_id</dt>
          <dd>
            <code className="credential-value" dir="ltr" translate="no">
              {account.clientId}
            </code>
            <CopyButton text={() => account.clientId} what="client_id" />
          </dd>
        </div>
        <div className="credential">
          <dt>client_secret</dt>
          <dd>
            <UntrackedText className="credential-value" write={readSecret} label="client_secret" />
            <CopyButton text={readSecret} what="client_secret" />
          </dd>
        </div>
      </dl>
      <SampleTabs box={box} username={account.username} />
      {isLeaving && <LeaveQuestion onKeep={() => setLeaving(false)} onLeave={done} />}
    </Dialog>
  );
}

/** What has become of the secrets before. */
function OldSecrets({ answer: { account, endedSecretHints } }: Pick<SecretDialogProps, 'answer'>) {
  const { t, list, exact, brief } = useTexts();
  const { previousSecret } = account;
  const ended = endedSecretHints.map((hint) => `…${hint}`);
  return (
    <div className="old-secrets">
      {previousSecret && (
        <p title={exact(previousSecret.validUntil)}>
          {t('secret.previous', { hint: `…${previousSecret.hint}`, time: brief(previousSecret.validUntil) })}
        </p>
      )}
      {ended.length > 0 && <p>{t('secret.ended', { count: ended.length, hints: list(ended) })}</p>}
    </div>
  );
}

function LeaveQuestion({ onKeep, onLeave }: { readonly onKeep: () => void; readonly onLeave: () => void }) {
  const { t } = useTexts();
  return (
    <Dialog
      title={t('secret.leave.title')}
      isAlert
      isNested
      size="small"
      onCloseRequest={onKeep}
      footer={
        <>
          <Button variant="danger" onPress={onLeave}>
            {t('secret.leave.confirm')}
          </Button>
          <Button variant="primary" autoFocus onPress={onKeep}>
            {t('secret.leave.keep')}
          </Button>
        </>
      }
    >
      <p>{t('secret.leave.text')}</p>
    </Dialog>
  );
}
