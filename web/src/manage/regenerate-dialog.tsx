import type { PermissionCatalogue, ServiceAccount } from '@orki/service-accounts-client';
import { useRef, useState } from 'react';
import { describeError } from '../api/errors.ts';
import { useExpiryRules } from '../api/expiry-rules.ts';
import { Check } from '../design/check.tsx';
import { useFocusOnError } from '../form/account-form.tsx';
import { expiryError, expiryFields, usualExpiry } from '../form/expiry.ts';
import { ExpiryField } from '../form/expiry-field.tsx';
import type { MessageId } from '../i18n/languages.ts';
import { useTexts } from '../i18n/text.ts';
import { usePage } from '../page/page-context.ts';
import { usePreviousSecret } from '../secret/previous-secret.ts';
import { type OpenedAnswer, openAnswer } from '../secret/secret-box.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { OverlapChoice } from './overlap-choice.tsx';
import { useVersionedAction } from './use-versioned-action.ts';

interface RegenerateDialogProps {
  readonly account: ServiceAccount;
  readonly catalogue: PermissionCatalogue;
  readonly onClose: () => void;
  readonly onRegenerated: (answer: OpenedAnswer) => void;
}

/** Asks what becomes of the old secret and when the new one expires, and gets it. */
export function RegenerateDialog({ account, catalogue, onClose, onRegenerated }: RegenerateDialogProps) {
  const texts = useTexts();
  const { t } = texts;
  const { client } = usePage();
  const body = useRef<HTMLDivElement>(null);
  const action = useVersionedAction(account);
  const { base, isPending } = action;
  const [chosen, setChosen] = useState<number>();
  const previous = usePreviousSecret(base);
  const keyFor = useKeys();
  const rules = useExpiryRules(catalogue);
  const [expiry, setExpiry] = useState(() => usualExpiry(account, rules));
  const [revokeTokens, setRevokeTokens] = useState(false);
  const [wrong, setWrong] = useState<string>();
  const [attempt, setAttempt] = useState(0);
  useFocusOnError(body, attempt);

  const hasKeys = base.credentials.type === 'jwks';
  const obstacle = obstacleTo(base, rules.isUnavailable);
  // A person who chose an overlap that is not available has not chosen an outage.
  // Keys have no overlap with a secret.
  const overlapSeconds = hasKeys ? 0 : obstacle && chosen !== 0 ? undefined : chosen;
  return (
    <ConfirmDialog
      title={t(hasKeys ? 'regenerate.title.with-keys' : 'regenerate.title', { username: base.username })}
      submit={t(hasKeys ? 'action.regenerate.with-keys' : 'regenerate.submit')}
      pending={t('regenerate.pending')}
      isDanger={overlapSeconds === 0}
      obstacle={overlapSeconds === undefined ? t('regenerate.choose') : undefined}
      catalogue={catalogue}
      action={action}
      work={async ({ id, version }) => {
        const found = expiryError(expiry, rules, Date.now(), texts);
        setWrong(found);
        if (found !== undefined) return setAttempt(attempt + 1);
        const fields = {
          ...(overlapSeconds && { overlapSeconds }),
          ...(revokeTokens && { revokeTokens }),
          ...expiryFields(expiry),
        };
        const options = { ...fields, ifMatch: version, idempotencyKey: keyFor({ version, ...fields }) };
        try {
          onRegenerated(openAnswer(await client.changes.regenerateSecret(id, options)));
        } catch (failure) {
          rules.learnFrom(failure);
          const { expiry: refused } = describeError(failure, texts).fields;
          setWrong(refused);
          if (refused !== undefined) setAttempt(attempt + 1);
          throw failure;
        }
      }}
      onClose={onClose}
    >
      <div ref={body} className="dialog-flow">
        {hasKeys ? (
          <p>{t('regenerate.text.with-keys')}</p>
        ) : (
          <OverlapChoice
            hint={base.secretHint ?? ''}
            seconds={overlapSeconds}
            obstacle={obstacle}
            isReadOnly={isPending}
            onChange={setChosen}
          />
        )}
        <ExpiryField
          before={base}
          rules={rules}
          expiry={expiry}
          error={wrong}
          isReadOnly={isPending}
          onChange={setExpiry}
        />
      </div>
      {previous && <p className="note">{t('regenerate.previous', { hint: `…${previous.hint}` })}</p>}
      <Check
        isSelected={revokeTokens}
        onChange={setRevokeTokens}
        isReadOnly={isPending}
        label={t('revoke.too')}
        description={t('revoke.too.description')}
      />
    </ConfirmDialog>
  );
}

function obstacleTo({ secretExpired }: ServiceAccount, isUnavailable: boolean): MessageId | undefined {
  if (secretExpired) return 'regenerate.overlap.expired';
  return isUnavailable ? 'regenerate.overlap.unavailable' : undefined;
}

/** A key for each request, the same for the same: trying again after a lost answer then kills no third secret. */
function useKeys(): (request: object) => string {
  const keys = useRef(new Map<string, string>());
  return (request) => {
    const text = JSON.stringify(request);
    const key = keys.current.get(text) ?? crypto.randomUUID();
    keys.current.set(text, key);
    return key;
  };
}
