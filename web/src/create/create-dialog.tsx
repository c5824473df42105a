import type {
  CreatedServiceAccount,
  PermissionCatalogue,
  ServiceAccount,
} from '@orki/service-accounts-client';
import { useLayoutEffect, useRef, useState } from 'react';
import { describeError, type FieldErrors } from '../api/errors.ts';
import { useExpiryRules } from '../api/expiry-rules.ts';
import { useAction } from '../api/use-action.ts';
import { Button } from '../design/button.tsx';
import { Dialog } from '../design/dialog.tsx';
import { Problem } from '../design/problem.tsx';
import { WaitingNote } from '../design/waiting-note.tsx';
import { AccountForm, useFocusOnError } from '../form/account-form.tsx';
import { DiscardQuestion } from '../form/discard-question.tsx';
import { creationOf, draftErrors, draftFrom, emptyDraft, isSameDraft } from '../form/draft.ts';
import { expiryError, expiryFields, usualExpiry } from '../form/expiry.ts';
import { ExpiryField } from '../form/expiry-field.tsx';
import { useTexts } from '../i18n/text.ts';
import { CredentialsChoice, type CredentialsType } from '../keys/credentials-choice.tsx';
import { type EnteredKeys, KeysField, keysError, keysFrom } from '../keys/keys-field.tsx';
import { usePage } from '../page/page-context.ts';
import type { Prefill } from '../page/place.ts';
import { GrantSummary } from '../permissions/grant-summary.tsx';
import { type OpenedAnswer, openAnswer } from '../secret/secret-box.ts';
import { PrefillNotes } from './prefill-notes.tsx';
import { Review } from './review.tsx';

interface CreateDialogProps {
  readonly catalogue: PermissionCatalogue;
  readonly prefill: Prefill | undefined;
  readonly onClose: () => void;
  readonly onCreated: (answer: OpenedAnswer) => void;
  /** An account with keys, which has no secret to show. */
  readonly onCreatedWithKeys: (account: ServiceAccount) => void;
}

const formId = 'orki-create';

/** Asks for the fields, shows what will be made, and makes it. Closing asks first when something was entered. */
export function CreateDialog({
  catalogue,
  prefill,
  onClose,
  onCreated,
  onCreatedWithKeys,
}: CreateDialogProps) {
  const texts = useTexts();
  const { t } = texts;
  const { client } = usePage();
  const body = useRef<HTMLDivElement>(null);
  const createButton = useRef<HTMLButtonElement>(null);
  const [prefilled] = useState(() => prefill && draftFrom(prefill, catalogue));
  const [draft, setDraft] = useState(prefilled?.draft ?? emptyDraft);
  const rules = useExpiryRules(catalogue);
  const [expiry, setExpiry] = useState(() => usualExpiry(undefined, rules));
  const [credentials, setCredentials] = useState<CredentialsType>('secret');
  const [entered, setEntered] = useState<EnteredKeys>(() => keysFrom([]));
  const hasKeys = credentials === 'jwks';
  const [step, setStep] = useState<'form' | 'review'>('form');
  const [errors, setErrors] = useState<FieldErrors>({});
  const [attempt, setAttempt] = useState(0);
  const [isLeaving, setLeaving] = useState(false);
  const repeatable = useRef({ body: '', key: '' });
  const action = useAction();
  const isDirty =
    !isSameDraft(draft, emptyDraft) || hasKeys || expiry.choice !== usualExpiry(undefined, rules).choice;
  useFocusOnError(body, attempt);
  // Before the next frame, in which the dialog misses the button that was pressed and puts the focus on its first one.
  useLayoutEffect(() => {
    if (step === 'review') createButton.current?.focus();
  }, [step]);

  function review() {
    const end = hasKeys ? undefined : expiryError(expiry, rules, Date.now(), texts);
    const keys = hasKeys ? keysError(entered, texts) : undefined;
    const found = { ...draftErrors(draft, texts), ...(end && { expiry: end }), ...(keys && { keys }) };
    setErrors(found);
    setEntered({ ...entered, error: keys });
    action.forgetError();
    if (Object.keys(found).length === 0) setStep('review');
    else setAttempt(attempt + 1);
  }

  const create = () =>
    action.start(async () => {
      const account = creationOf(draft);
      try {
        if (hasKeys) {
          const body = { ...account, credentials: { type: 'jwks' as const, keys: [...entered.keys] } };
          onCreatedWithKeys(accountIn(await client.changes.create(body, { idempotencyKey: keyFor(body) })));
        } else {
          const body = { ...account, ...expiryFields(expiry) };
          onCreated(openAnswer(await client.changes.create(body, { idempotencyKey: keyFor(body) })));
        }
      } catch (error) {
        rules.learnFrom(error);
        const { fields } = describeError(error, texts);
        if (Object.keys(fields).length > 0) {
          setErrors(fields);
          setEntered({ ...entered, error: fields.keys });
          setStep('form');
          setAttempt(attempt + 1);
        }
        throw error;
      }
    });

  /** The same for the same account, so that trying again after a lost answer makes no second one. */
  function keyFor(account: object): string {
    const text = JSON.stringify(account);
    if (repeatable.current.body !== text) repeatable.current = { body: text, key: crypto.randomUUID() };
    return repeatable.current.key;
  }

  const requestClose = () => {
    if (action.isPending) return;
    if (isDirty) setLeaving(true);
    else onClose();
  };
  const isForm = step === 'form';
  return (
    <Dialog
      title={t(isForm ? 'create.title' : 'create.review.title')}
      size="large"
      asksBeforeUnload={isDirty}
      onCloseRequest={requestClose}
      banner={
        isForm && <GrantSummary catalogue={catalogue} mode={draft.mode} permissions={draft.permissions} />
      }
      footer={
        // With keys, because a key that is pressed on one button must not be let go on another.
        isForm ? (
          <>
            <Button key="cancel" onPress={requestClose}>
              {t('action.cancel')}
            </Button>
            <Button key="review" variant="primary" type="submit" form={formId}>
              {t('form.review')}
            </Button>
          </>
        ) : (
          <>
            <Button key="back" isDisabled={action.isPending} onPress={() => setStep('form')}>
              {t('action.back')}
            </Button>
            <Button
              key="create"
              ref={createButton}
              variant="primary"
              isPending={action.isPending}
              onPress={create}
            >
              {t(action.isPending ? 'create.pending' : 'create.submit')}
            </Button>
          </>
        )
      }
    >
      <div ref={body} className="dialog-flow">
        {action.error !== undefined && <Problem error={action.error} />}
        {isForm ? (
          <>
            {prefilled && <PrefillNotes prefilled={prefilled} catalogue={catalogue} />}
            <AccountForm
              id={formId}
              catalogue={catalogue}
              draft={draft}
              errors={errors}
              isReadOnly={false}
              onChange={setDraft}
              onSubmit={review}
            >
              <CredentialsChoice type={credentials} onChange={setCredentials} />
              {hasKeys ? (
                <KeysField entered={entered} isReadOnly={false} onChange={setEntered} />
              ) : (
                <ExpiryField
                  before={undefined}
                  rules={rules}
                  expiry={expiry}
                  error={errors.expiry}
                  isReadOnly={false}
                  onChange={setExpiry}
                />
              )}
            </AccountForm>
          </>
        ) : (
          <Review
            catalogue={catalogue}
            draft={draft}
            expiry={expiry}
            keys={hasKeys ? entered.keys : undefined}
          />
        )}
        <WaitingNote pending={action.isPending ? t('create.pending') : undefined} />
      </div>
      {isLeaving && <DiscardQuestion onKeep={() => setLeaving(false)} onDiscard={onClose} />}
    </Dialog>
  );
}

/** The account as lists show it, without what the answer to its creation has beside it. */
function accountIn(answer: CreatedServiceAccount): ServiceAccount {
  const { clientSecret: _, tokenUrl: __, endedSecretHints: ___, replayed: ____, ...account } = answer;
  return account;
}
