import type { ServiceAccount } from '@orki/service-accounts-client';
import { useTexts } from '../i18n/text.ts';

export function ModeBadge({ mode }: Pick<ServiceAccount, 'mode'>) {
  const { t } = useTexts();
  return <span className={`badge mode-${mode}`}>{t(`mode.${mode}`)}</span>;
}

type Status = Pick<ServiceAccount, 'status' | 'secretExpired'>;

/** Whether an account obtains tokens, and if not, why. */
export const stateOf = ({ status, secretExpired }: Status) =>
  status === 'active' && secretExpired ? 'expired' : status;

export function StatusBadge({ account }: { readonly account: Status }) {
  const { t } = useTexts();
  const state = stateOf(account);
  return (
    <span className={`status status-${state}`}>
      <span className="status-dot" aria-hidden="true" />
      {t(`status.${state}`)}
    </span>
  );
}
