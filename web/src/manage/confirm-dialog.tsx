import type { PermissionCatalogue, ServiceAccount } from '@orki/service-accounts-client';
import type { ReactNode } from 'react';
import { Button } from '../design/button.tsx';
import { Dialog } from '../design/dialog.tsx';
import { Problem } from '../design/problem.tsx';
import { WaitingNote } from '../design/waiting-note.tsx';
import { useTexts } from '../i18n/text.ts';
import { ConflictNote } from './conflict-note.tsx';
import { Differences, versionOf } from './differences.tsx';
import type { VersionedAction } from './use-versioned-action.ts';

interface ConfirmDialogProps {
  readonly title: string;
  readonly submit: string;
  readonly pending: string;
  readonly isDanger?: boolean;
  /** Why it can't be confirmed yet. */
  readonly obstacle?: string | undefined;
  readonly catalogue: PermissionCatalogue;
  readonly action: VersionedAction;
  readonly work: (base: ServiceAccount) => Promise<void>;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** Says what will happen to an account before it does, and shows what somebody else has changed in between. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { t } = useTexts();
  const { action, obstacle, isDanger = false } = props;
  const { base, conflict, isPending, error } = action;
  const close = () => {
    if (!isPending) props.onClose();
  };
  const label = conflict ? t('conflict.continue') : props.submit;
  return (
    <Dialog
      title={conflict ? t('conflict.title', { username: conflict.username }) : props.title}
      isAlert
      onCloseRequest={close}
      footer={
        <>
          {obstacle && (
            <span id="confirm-obstacle" className="reason dialog-footer-note">
              {obstacle}
            </span>
          )}
          <Button autoFocus={obstacle === undefined} isDisabled={isPending} onPress={close}>
            {t('action.cancel')}
          </Button>
          <Button
            key={conflict ? 'after-conflict' : 'first'}
            variant={isDanger ? 'danger' : 'primary'}
            isPending={isPending}
            isDisabled={obstacle !== undefined}
            {...(obstacle && { 'aria-describedby': 'confirm-obstacle' })}
            onPress={() => action.start(props.work)}
          >
            {isPending ? props.pending : label}
          </Button>
        </>
      }
    >
      {error !== undefined && <Problem error={error} />}
      {conflict ? (
        <>
          <ConflictNote now={conflict} kind="action-text" />
          <Differences
            catalogue={props.catalogue}
            columns={[t('conflict.before'), t('conflict.now')]}
            versions={[versionOf(base), versionOf(conflict)]}
          />
        </>
      ) : (
        props.children
      )}
      <WaitingNote pending={isPending ? props.pending : undefined} />
    </Dialog>
  );
}
