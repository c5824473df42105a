import { useSyncExternalStore } from 'react';
import { useTexts } from '../i18n/text.ts';
import { usePage } from '../page/page-context.ts';

interface WaitingNoteProps {
  /** What is under way; undefined when nothing is. */
  readonly pending: string | undefined;
}

/** Says that a change is under way, to screen readers alone, and to everybody what it waits for beside its answer. */
export function WaitingNote({ pending }: WaitingNoteProps) {
  const { waiting } = usePage();
  const { t } = useTexts();
  const reason = useSyncExternalStore(waiting.subscribe, waiting.current);
  return (
    <p className="waiting" role="status">
      {pending && !reason && <span className="visually-hidden">{pending}</span>}
      {reason && (
        <>
          <span className="spinner" aria-hidden="true" />
          {t(reason)}
        </>
      )}
    </p>
  );
}
