import { useEffect, useSyncExternalStore } from 'react';
import { useTexts } from '../i18n/text.ts';
import type { Announcements } from '../page/announcements.ts';
import { IconButton } from './button.tsx';
import { Icon } from './icon.tsx';

const shownMs = 8000;

/** Shows what was announced for a while, in a region that screen readers read aloud. */
export function Notice({ announcements }: { readonly announcements: Announcements }) {
  const { t } = useTexts();
  const text = useSyncExternalStore(announcements.subscribe, announcements.current);
  useEffect(() => {
    if (text === undefined) return undefined;
    const timer = setTimeout(() => announcements.announce(undefined), shownMs);
    return () => clearTimeout(timer);
  }, [text, announcements]);
  return (
    <div className="notices">
      <div role="status" aria-live="polite">
        {text && (
          <p className="notice">
            <Icon name="check" />
            {text}
          </p>
        )}
      </div>
      {text && (
        <IconButton
          icon="close"
          label={t('action.dismiss')}
          onPress={() => announcements.announce(undefined)}
        />
      )}
    </div>
  );
}
