import type { ServiceAccountHistory } from '@orki/service-accounts-client';
import { useState } from 'react';
import { useHistory } from '../api/queries.ts';
import { Button } from '../design/button.tsx';
import { Problem } from '../design/problem.tsx';
import { Time } from '../design/time.tsx';
import { type Texts, useTexts } from '../i18n/text.ts';

type Change = ServiceAccountHistory['changes'][number];

const shownAtFirst = 6;

/** The last changes of an account, newest first: when, what in words, and who. */
export function History({ id }: { readonly id: string }) {
  const { t } = useTexts();
  const query = useHistory(id);
  const [isLong, setLong] = useState(false);
  const changes = query.data?.changes ?? [];
  return (
    <section className="panel" aria-labelledby="history">
      <h2 id="history" className="panel-title">
        {t('history.title')}
      </h2>
      {query.isError && (
        <Problem error={query.error} title={t('history.failed')}>
          <Button isPending={query.isFetching} onPress={() => void query.refetch()}>
            {t('action.retry')}
          </Button>
        </Problem>
      )}
      {query.isPending && <p className="help">{t('history.loading')}</p>}
      {query.isSuccess && changes.length === 0 && <p className="help">{t('history.empty')}</p>}
      <ol className="history">
        {changes.slice(0, isLong ? undefined : shownAtFirst).map((change) => (
          <Row key={`${change.at} ${change.action}`} change={change} />
        ))}
      </ol>
      {changes.length > shownAtFirst && (
        <div>
          <Button variant="quiet" aria-expanded={isLong} onPress={() => setLong(!isLong)}>
            {isLong ? t('history.fewer') : t('history.all', { count: changes.length })}
          </Button>
        </div>
      )}
    </section>
  );
}

function Row({ change }: { readonly change: Change }) {
  const texts = useTexts();
  return (
    <li className="history-row">
      <span className="history-time">
        <Time at={change.at} />
      </span>
      <span>{inWords(change, texts)}</span>
      <span className="history-by">{texts.t('by', { name: change.by.username })}</span>
    </li>
  );
}

/** What was done; a change that this page doesn't know yet keeps the name that the service gives it. */
function inWords({ action, fields }: Change, { t, known, list }: Texts): string {
  if (action === 'edit' && fields.length > 0) {
    return t('history.edit', {
      fields: list(fields.map((field) => known(`history.field.${field}`) ?? field)),
    });
  }
  const what = known(`history.action.${action}`) ?? action;
  return fields.includes('tokensRevokedBefore') ? t('history.with-revocation', { what }) : what;
}
