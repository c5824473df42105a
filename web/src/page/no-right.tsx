import { isProblem } from '@orki/service-accounts-client';
import { Icon } from '../design/icon.tsx';
import { useTexts } from '../i18n/text.ts';
import { usePage } from './page-context.ts';
import { PageHeading } from './page-heading.tsx';

/** For who may not see the accounts: why, and whom to ask. */
export function NoRight({ error }: { readonly error: unknown }) {
  const { t } = useTexts();
  const { tenantId } = usePage();
  const text = isProblem(error, 'wrong-tenant') ? 'no-right.wrong-tenant' : 'no-right.text';
  return (
    <>
      <PageHeading title={t('title')} />
      <section className="empty">
        <span className="empty-mark" aria-hidden="true">
          <Icon name="blocked" />
        </span>
        <h2 className="empty-title">{t('no-right.title')}</h2>
        <p>{t(text, { tenant: tenantId })}</p>
      </section>
    </>
  );
}
