import { useEffect, useState } from 'react';
import { useTexts } from '../i18n/text.ts';
import { Button, IconButton } from './button.tsx';

interface CopyButtonProps {
  /** Asked for when it is copied, and not kept. */
  readonly text: () => string;
  /** Names what is copied, for those who don't see where the button stands. */
  readonly what: string;
  /** Whether there is room for its drawing alone. */
  readonly isCompact?: boolean;
}

const shownMs = 2500;

/** Copies a text, and says that it did; where the browser refuses, that the person has to. */
export function CopyButton({ text, what, isCompact = false }: CopyButtonProps) {
  const { t } = useTexts();
  const [outcome, setOutcome] = useState<'copied' | 'copy-failed'>();
  useEffect(() => {
    if (outcome !== 'copied') return undefined;
    const timer = setTimeout(() => setOutcome(undefined), shownMs);
    return () => clearTimeout(timer);
  }, [outcome]);

  async function copy() {
    const done = await navigator.clipboard?.writeText(text()).then(
      () => true,
      () => false,
    );
    setOutcome(done ? 'copied' : 'copy-failed');
  }

  const icon = outcome === 'copied' ? 'check' : 'copy';
  const told = outcome && t(`action.${outcome}`);
  const label = told ?? t('action.copy-what', { what });
  return (
    <>
      {isCompact ? (
        <IconButton icon={icon} label={label} onPress={copy} />
      ) : (
        <Button icon={icon} aria-label={label} onPress={copy}>
          {told ?? t('action.copy')}
        </Button>
      )}
      {/* Here, because what lies outside of a dialog is not read aloud while it is open. */}
      <span className="visually-hidden" role="status">
        {told}
      </span>
    </>
  );
}
