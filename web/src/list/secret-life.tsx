import type { ServiceAccount } from '@orki/service-accounts-client';
import type { ReactNode } from 'react';
import { expiringMs } from '../api/queries.ts';
import { Icon } from '../design/icon.tsx';
import { useNow } from '../design/time.tsx';
import { useTexts } from '../i18n/text.ts';
import { usePreviousSecret } from '../secret/previous-secret.ts';

/** What is to be known of the secrets of an account beside its hint: when one ends, or that it has. */
export function SecretLife({ account }: { readonly account: ServiceAccount }) {
  const { t, day, soon, relative, until } = useTexts();
  const now = useNow();
  const previous = usePreviousSecret(account);
  const { secretExpiresAt: end, secretExpired } = account;
  const isOver = end !== null && (secretExpired || Date.parse(end) <= now);
  const isSoon = end !== null && Date.parse(end) - now < expiringMs;
  return (
    <>
      {end !== null && (
        <Line at={end} isUrgent={isSoon}>
          {isOver
            ? t('list.secret.expired', { when: relative(end, now) })
            : isSoon
              ? t('list.secret.expiring', { when: until(end, now) })
              : t('list.secret.expires', { date: day(end) })}
        </Line>
      )}
      {previous && (
        <Line at={previous.validUntil} isUrgent={false}>
          {t('list.previous-secret', { time: soon(previous.validUntil) })}
        </Line>
      )}
    </>
  );
}

interface LineProps {
  readonly at: string;
  readonly isUrgent: boolean;
  readonly children: ReactNode;
}

function Line({ at, isUrgent, children }: LineProps) {
  const { exact } = useTexts();
  return (
    <time className={`secret-life ${isUrgent ? 'secret-urgent' : ''}`} dateTime={at} title={exact(at)}>
      {isUrgent && <Icon name="warning" />}
      <span>{children}</span>
    </time>
  );
}
