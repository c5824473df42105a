import type { PermissionCatalogue, ServiceAccount } from '@orki/service-accounts-client';
import { useRef, useState } from 'react';
import { describeError, type FieldErrors } from '../api/errors.ts';
import { Button } from '../design/button.tsx';
import { Dialog } from '../design/dialog.tsx';
import { Problem } from '../design/problem.tsx';
import { WaitingNote } from '../design/waiting-note.tsx';
import { AccountForm, useFocusOnError } from '../form/account-form.tsx';
import { DiscardQuestion } from '../form/discard-question.tsx';
import { changesOf, draftErrors, draftOf, isSameDraft } from '../form/draft.ts';
import { useTexts } from '../i18n/text.ts';
import { usePage } from '../page/page-context.ts';
import { GrantSummary } from '../permissions/grant-summary.tsx';
import { ConflictNote } from './conflict-note.tsx';
import { Differences, versionOf } from './differences.tsx';
import { useVersionedAction } from './use-versioned-action.ts';

interface EditDialogProps {
  readonly account: ServiceAccount;
  readonly catalogue: PermissionCatalogue;
  readonly onClose: () => void;
  readonly onEdited: (account: ServiceAccount) => void;
}

const formId = 'orki-edit';

/** The same form as for creating. When somebody else was quicker, it shows both versions and lets the person decide. */
export function EditDialog({ account, catalogue, onClose, onEdited }: EditDialogProps) {
  const texts = useTexts();
  const { t } = texts;
  const { client } = usePage();
  const body = useRef<HTMLDivElement>(null);
  const action = useVersionedAction(account);
  const { base, conflict, isPending } = action;
  const [draft, setDraft] = useState(() => draftOf(account));
  const [errors, setErrors] = useState<FieldErrors>({});
  const [attempt, setAttempt] = useState(0);
  const [isLeaving, setLeaving] = useState(false);
  const isDirty = !isSameDraft(draft, draftOf(base));
  useFocusOnError(body, attempt);

  function refuse(found: FieldErrors) {
    setErrors(found);
    setAttempt(attempt + 1);
  }

  const save = () =>
    action.start(async (current) => {
      const found = draftErrors(draft, texts);
      setErrors(found);
      if (Object.keys(found).length > 0) return refuse(found);
      try {
        onEdited(
          await client.changes.edit(current.id, changesOf(draft, current), { ifMatch: current.version }),
        );
      } catch (error) {
        const { fields } = describeError(error, texts);
        if (Object.keys(fields).length > 0) refuse(fields);
        throw error;
      }
    });

  const takeTheirs = () => {
    if (conflict !== undefined) setDraft(draftOf(conflict));
    action.adopt();
  };
  const requestClose = () => {
    if (isPending) return;
    if (isDirty || conflict) setLeaving(true);
    else onClose();
  };
  return (
    <Dialog
      title={t(conflict ? 'conflict.title' : 'edit.title', { username: (conflict ?? base).username })}
      size="large"
      asksBeforeUnload={isDirty}
      onCloseRequest={requestClose}
      banner={
        !conflict && <GrantSummary catalogue={catalogue} mode={draft.mode} permissions={draft.permissions} />
      }
      footer={
        conflict ? (
          <>
            <Button key="theirs" isDisabled={isPending} onPress={takeTheirs}>
              {t('conflict.take-theirs')}
            </Button>
            <Button key="mine" variant="primary" isPending={isPending} onPress={save}>
              {t(isPending ? 'edit.pending' : 'conflict.keep-mine')}
            </Button>
          </>
        ) : (
          <>
            <span id="edit-note" className="reason dialog-footer-note">
              {t(isDirty ? 'edit.permissions-note' : 'edit.nothing-changed')}
            </span>
            <Button isDisabled={isPending} onPress={requestClose}>
              {t('action.cancel')}
            </Button>
            <Button
              variant="primary"
              type="submit"
              form={formId}
              isDisabled={!isDirty}
              aria-describedby="edit-note"
              isPending={isPending}
            >
              {t(isPending ? 'edit.pending' : 'edit.submit')}
            </Button>
          </>
        )
      }
    >
      <div ref={body} className="dialog-flow">
        {action.error !== undefined && <Problem error={action.error} />}
        {conflict ? (
          <>
            <ConflictNote now={conflict} kind="text" />
            <Differences
              catalogue={catalogue}
              columns={[t('conflict.mine'), t('conflict.theirs')]}
              versions={[{ draft, account: undefined }, versionOf(conflict)]}
            />
          </>
        ) : (
          <AccountForm
            id={formId}
            catalogue={catalogue}
            draft={draft}
            errors={errors}
            isReadOnly={isPending}
            onChange={setDraft}
            onSubmit={save}
          />
        )}
        <WaitingNote pending={isPending ? t('edit.pending') : undefined} />
      </div>
      {isLeaving && <DiscardQuestion onKeep={() => setLeaving(false)} onDiscard={onClose} />}
    </Dialog>
  );
}
