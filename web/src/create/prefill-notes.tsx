import type { PermissionCatalogue } from '@orki/service-accounts-client';
import type { PrefilledDraft } from '../form/draft.ts';
import { useTexts } from '../i18n/text.ts';
import { labelsOf } from '../permissions/labels.ts';

interface PrefillNotesProps {
  readonly prefilled: PrefilledDraft;
  readonly catalogue: PermissionCatalogue;
}

/** What a link asked for and the form therefore lacks. */
export function PrefillNotes({ prefilled: { unknown, notGrantable }, catalogue }: PrefillNotesProps) {
  const texts = useTexts();
  const { t, list } = texts;
  if (unknown.length + notGrantable.length === 0) return null;
  return (
    <div className="note">
      {unknown.length > 0 && <p>{t('form.permissions.unknown', { names: list(unknown) })}</p>}
      {notGrantable.length > 0 && (
        <p>
          {t('form.permissions.not-grantable', { names: list(labelsOf(catalogue, notGrantable, texts)) })}
        </p>
      )}
    </div>
  );
}
