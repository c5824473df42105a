import { Button } from '../design/button.tsx';
import { Icon } from '../design/icon.tsx';
import { useTexts } from '../i18n/text.ts';
import { usePage } from '../page/page-context.ts';

interface EmptyListProps {
  readonly mayManage: boolean;
  readonly onCreate: () => void;
}

/** Before there is any account: what one is for, one button, one link. */
export function EmptyList({ mayManage, onCreate }: EmptyListProps) {
  const { t } = useTexts();
  const { documentationUrl } = usePage();
  return (
    <section className="empty">
      <span className="empty-mark" aria-hidden="true">
        <Icon name="key" />
      </span>
      <h2 className="empty-title">{t('list.empty.title')}</h2>
      <p>{t('list.empty.text')}</p>
      {mayManage ? (
        <Button variant="primary" icon="plus" onPress={onCreate}>
          {t('create')}
        </Button>
      ) : (
        <p>{t('list.empty.read-only')}</p>
      )}
      {documentationUrl && (
        <a className="link" href={documentationUrl} target="_blank" rel="noreferrer">
          {t('learn-more')} <Icon name="external" />
        </a>
      )}
    </section>
  );
}

export function NothingMatches({ onClear }: { readonly onClear: () => void }) {
  const { t } = useTexts();
  return (
    <section className="empty">
      <span className="empty-mark" aria-hidden="true">
        <Icon name="search" />
      </span>
      <h2 className="empty-title">{t('list.none.title')}</h2>
      <p role="status">{t('list.none.text')}</p>
      <Button onPress={onClear}>{t('list.none.clear')}</Button>
    </section>
  );
}
