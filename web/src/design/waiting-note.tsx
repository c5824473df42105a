import { useSyncExternalStore } from 'react';
import { useTexts } from '../i18n/text.ts';
import { usePage } from '../page/page-context.ts';

/** Says what a pending change waits for; empty while it waits for nothing but its answer. */
export function WaitingNote() {
  const { waiting } = usePage();
  const { t } = useTexts();
  const reason = useSyncExternalStore(waiting.subscribe, waiting.current);
  return (
    <p className="waiting" role="status">
      {reason && (
        <>
          <span className="spinner" aria-hidden="true" />
          {t(reason)}
        </>
      )}
    </p>
  );
}
