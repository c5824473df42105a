import type { ServiceAccount } from '@orki/service-accounts-client';
import { useTexts } from '../i18n/text.ts';

interface ConflictNoteProps {
  readonly now: ServiceAccount;
  readonly kind: 'text' | 'action-text';
}

/** Who changed the account meanwhile, and when. */
export function ConflictNote({ now, kind }: ConflictNoteProps) {
  const { t, relative } = useTexts();
  const when = relative(now.updatedAt, Date.now());
  const name = now.updatedBy?.username;
  return (
    <p className="note" role="alert">
      {name ? t(`conflict.${kind}`, { name, when }) : t(`conflict.${kind}.nobody`, { when })}
    </p>
  );
}
