import type { PermissionCatalogue, PublicKeyToSet } from '@orki/service-accounts-client';
import { ModeBadge } from '../design/badges.tsx';
import { Icon } from '../design/icon.tsx';
import type { Draft } from '../form/draft.ts';
import type { Expiry } from '../form/expiry.ts';
import { ExpirySentence } from '../form/expiry-field.tsx';
import { useTexts } from '../i18n/text.ts';
import { KeyList } from '../keys/key-list.tsx';
import { GrantSummary } from '../permissions/grant-summary.tsx';

interface ReviewProps {
  readonly catalogue: PermissionCatalogue;
  readonly draft: Draft;
  readonly expiry: Expiry;
  /** By which it authenticates; undefined for by a secret. */
  readonly keys: readonly PublicKeyToSet[] | undefined;
}

/** What is about to be made, in one look. */
export function Review({ catalogue, draft, expiry, keys }: ReviewProps) {
  const { t } = useTexts();
  const { username, description, mode, permissions } = draft;
  return (
    <>
      <dl className="facts">
        <div>
          <dt>{t('form.username')}</dt>
          <dd>
            <bdi>{username.trim()}</bdi>
          </dd>
        </div>
        <div>
          <dt>{t('form.description')}</dt>
          <dd>{description.trim() === '' ? t('create.none') : <bdi>{description.trim()}</bdi>}</dd>
        </div>
        <div>
          <dt>{t('form.mode')}</dt>
          <dd>{mode && <ModeBadge mode={mode} />}</dd>
        </div>
        {keys === undefined ? (
          <div>
            <dt>{t('form.expiry')}</dt>
            <dd>
              <ExpirySentence before={undefined} expiry={expiry} />
            </dd>
          </div>
        ) : (
          <div>
            <dt>{t('keys.label')}</dt>
            <dd>
              <KeyList keys={keys} />
            </dd>
          </div>
        )}
      </dl>
      <GrantSummary catalogue={catalogue} mode={mode} permissions={permissions} />
      {keys === undefined ? (
        <p className="warning">
          <Icon name="key" />
          <span>{t('create.review.text')}</span>
        </p>
      ) : (
        <p className="note">{t('create.review.text.with-keys')}</p>
      )}
    </>
  );
}
