import type { PermissionCatalogue } from '@orki/service-accounts-client';
import type { Mode } from '../api/rights.ts';
import { useTexts } from '../i18n/text.ts';
import { grantSentence } from './grant-sentence.ts';

interface GrantSummaryProps {
  readonly catalogue: PermissionCatalogue;
  readonly mode: Mode | undefined;
  readonly permissions: ReadonlySet<string>;
}

/** The sentence that grows with the choice; read aloud when it changes. */
export function GrantSummary({ catalogue, mode, permissions }: GrantSummaryProps) {
  const texts = useTexts();
  const { can, cannot } = grantSentence(catalogue, mode, permissions, texts);
  return (
    <section className="summary" aria-label={texts.t('summary.label')}>
      <p className="summary-text" role="status">
        <strong>{can}</strong> {cannot && <span className="summary-cannot">{cannot}</span>}
      </p>
    </section>
  );
}
