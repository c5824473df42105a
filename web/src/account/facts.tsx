import type { ServiceAccount } from '@orki/service-accounts-client';
import { expiringMs } from '../api/queries.ts';
import { stateOf } from '../design/badges.tsx';
import { Button } from '../design/button.tsx';
import { CopyButton } from '../design/copy-button.tsx';
import { Icon } from '../design/icon.tsx';
import { Time, useNow } from '../design/time.tsx';
import { useTexts } from '../i18n/text.ts';
import { KeyList } from '../keys/key-list.tsx';
import { useOpenFlow } from '../manage/flow.ts';
import { usePreviousSecret } from '../secret/previous-secret.ts';

/** Says in time that the secret of an active account ends, and what to do about it. */
function ExpiryWarning({ account }: { readonly account: ServiceAccount }) {
  const { t, until } = useTexts();
  const now = useNow();
  const end = account.secretExpiresAt;
  const isSoon = end !== null && Date.parse(end) > now && Date.parse(end) - now < expiringMs;
  if (!isSoon || account.status !== 'active') return null;
  return (
    <p className="warning">
      <Icon name="warning" />
      <span>{t('account.expiring', { when: until(end, now) })}</span>
    </p>
  );
}

interface FactsProps {
  readonly account: ServiceAccount;
  readonly mayManage: boolean;
}

/** Every field of an account that no other part of the page shows. */
export function Facts({ account, mayManage }: FactsProps) {
  const { t, brief, exact } = useTexts();
  const { clientId, credentials, secretHint, secretCreatedAt, tokensRevokedBefore } = account;
  return (
    <section className="panel" aria-labelledby="facts">
      <h2 id="facts" className="panel-title">
        {t('account.details')}
      </h2>
      <p className="account-can">{t(`account.can.${stateOf(account)}`)}</p>
      <ExpiryWarning account={account} />
      <dl className="facts">
        <div>
          <dt>client_id</dt>
          <dd className="fact-with-copy">
            <code dir="ltr" translate="no">
              {clientId}
            </code>
            <CopyButton text={() => clientId} what="client_id" isCompact />
          </dd>
        </div>
        {credentials.type === 'jwks' ? (
          <div>
            <dt>{t('keys.label')}</dt>
            <dd>
              <KeyList keys={credentials.keys} />
              <span className="fact-detail">{t('account.keys.set', { time: exact(secretCreatedAt) })}</span>
            </dd>
          </div>
        ) : (
          <div>
            <dt>{t('account.secret')}</dt>
            <dd>
              <code dir="ltr">…{secretHint}</code>
              <span className="fact-detail">
                {t('account.secret.made', { time: exact(secretCreatedAt) })}
              </span>
              <Expiry account={account} />
            </dd>
          </div>
        )}
        <PreviousSecret account={account} mayManage={mayManage} />
        {tokensRevokedBefore && (
          <div>
            <dt>{t('account.revoked')}</dt>
            <dd>
              <time dateTime={tokensRevokedBefore} title={exact(tokensRevokedBefore)}>
                {t('account.revoked.before', { time: brief(tokensRevokedBefore) })}
              </time>
            </dd>
          </div>
        )}
        <Happened label={t('account.created')} at={account.createdAt} by={account.createdBy} />
        <Happened label={t('account.changed')} at={account.updatedAt} by={account.updatedBy} />
      </dl>
    </section>
  );
}

/** When the secret ends, or has ended. */
function Expiry({ account: { secretExpiresAt: end, secretExpired } }: Pick<FactsProps, 'account'>) {
  const { t, brief, exact, relative, until } = useTexts();
  const now = useNow();
  if (end === null) return <span className="fact-detail">{t('account.secret.endless')}</span>;
  const isOver = secretExpired || Date.parse(end) <= now;
  return (
    <time className="fact-detail" dateTime={end} title={exact(end)}>
      {isOver
        ? t('account.secret.expired', { time: brief(end), when: relative(end, now) })
        : t('account.secret.expires', { time: brief(end), when: until(end, now) })}
    </time>
  );
}

/** The secret before, while it works, and the button that ends it, which whoever manages accounts may press. */
function PreviousSecret({ account, mayManage }: FactsProps) {
  const { t, brief, exact, until } = useTexts();
  const now = useNow();
  const openFlow = useOpenFlow();
  const previous = usePreviousSecret(account);
  if (previous === undefined) return null;
  const { hint, validUntil } = previous;
  return (
    <div>
      <dt>{t('account.previous-secret')}</dt>
      <dd>
        <code dir="ltr">…{hint}</code>
        <time className="fact-detail" dateTime={validUntil} title={exact(validUntil)}>
          {t('account.previous-secret.until', { time: brief(validUntil), when: until(validUntil, now) })}
        </time>
        {mayManage && (
          <Button
            aria-label={t('account.previous-secret.end-what')}
            onPress={() => openFlow({ kind: 'end-previous', account })}
          >
            {t('account.previous-secret.end')}
          </Button>
        )}
      </dd>
    </div>
  );
}

interface HappenedProps {
  readonly label: string;
  readonly at: string;
  readonly by: ServiceAccount['createdBy'];
}

function Happened({ label, at, by }: HappenedProps) {
  const { t, exact } = useTexts();
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <Time at={at} /> {by ? t('by', { name: by.username }) : t('by-nobody')}
        <span className="fact-detail">{exact(at)}</span>
      </dd>
    </div>
  );
}
