import { useTexts } from '../i18n/text.ts';

const rows = ['one', 'two', 'three', 'four', 'five', 'six'];

/** The shape of what is coming, so that nothing jumps when it is there. */
export function TableSkeleton() {
  const { t } = useTexts();
  return (
    <div className="skeleton" role="status">
      <span className="visually-hidden">{t('list.loading')}</span>
      {rows.map((row) => (
        <div key={row} className="skeleton-row" aria-hidden="true">
          <span className="skeleton-name" />
          <span />
          <span />
          <span />
        </div>
      ))}
    </div>
  );
}
