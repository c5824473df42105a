import { useEffect, useState } from 'react';
import { useTexts } from '../i18n/text.ts';
import { usePage } from '../page/page-context.ts';
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
  const { announce } = usePage();
  const [outcome, setOutcome] = useState<'copied' | 'failed'>();
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
    setOutcome(done ? 'copied' : 'failed');
    announce(t(done ? 'action.copied' : 'action.copy-failed'));
  }

  const label =
    outcome === undefined
      ? 'action.copy'
      : (`action.${outcome === 'copied' ? 'copied' : 'copy-failed'}` as const);
  const icon = outcome === 'copied' ? 'check' : 'copy';
  if (isCompact) return <IconButton icon={icon} label={t('action.copy-what', { what })} onPress={copy} />;
  return (
    <Button
      variant="secondary"
      icon={icon}
      aria-label={outcome === undefined ? t('action.copy-what', { what }) : t(label)}
      onPress={copy}
    >
      {t(label)}
    </Button>
  );
}
