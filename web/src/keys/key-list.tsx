import type { PublicKeyToSet } from '@orki/service-accounts-client';
import { IconButton } from '../design/button.tsx';
import { Icon } from '../design/icon.tsx';
import { useTexts } from '../i18n/text.ts';
import { algorithmOf, kidOf } from './read-keys.ts';

interface KeyListProps {
  readonly keys: readonly PublicKeyToSet[];
  /** Without it the keys are only shown. */
  readonly onRemove?: ((index: number) => void) | undefined;
}

/** Public keys by what they are called and how they sign. */
export function KeyList({ keys, onRemove }: KeyListProps) {
  const { t } = useTexts();
  return (
    <ul className="keys">
      {keys.map((key, index) => {
        const kid = kidOf(key);
        return (
          <li key={JSON.stringify(key)} className="key">
            <Icon name="key" />
            <span className="key-text">
              {kid === undefined ? (
                <span>{t('keys.unnamed')}</span>
              ) : (
                <code dir="ltr" translate="no">
                  {kid}
                </code>
              )}
              <bdi className="key-algorithm">{algorithmOf(key)}</bdi>
            </span>
            {onRemove && (
              <IconButton
                icon="close"
                label={t('keys.remove', { key: kid ?? algorithmOf(key) })}
                onPress={() => onRemove(index)}
              />
            )}
          </li>
        );
      })}
    </ul>
  );
}
