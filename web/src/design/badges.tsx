import type { ServiceAccount } from '@orki/service-accounts-client';
import { useTexts } from '../i18n/text.ts';

export function ModeBadge({ mode }: Pick<ServiceAccount, 'mode'>) {
  const { t } = useTexts();
  return <span className={`badge mode-${mode}`}>{t(`mode.${mode}`)}</span>;
}

export function StatusBadge({ status }: Pick<ServiceAccount, 'status'>) {
  const { t } = useTexts();
  return (
    <span className={`status status-${status}`}>
      <span className="status-dot" aria-hidden="true" />
      {t(`status.${status}`)}
    </span>
  );
}
