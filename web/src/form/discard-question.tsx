import { Button } from '../design/button.tsx';
import { Dialog } from '../design/dialog.tsx';
import { useTexts } from '../i18n/text.ts';

interface DiscardQuestionProps {
  readonly onKeep: () => void;
  readonly onDiscard: () => void;
}

/** Asked before what a person entered is thrown away. */
export function DiscardQuestion({ onKeep, onDiscard }: DiscardQuestionProps) {
  const { t } = useTexts();
  return (
    <Dialog
      title={t('create.discard.title')}
      isAlert
      isNested
      size="small"
      onCloseRequest={onKeep}
      footer={
        <>
          <Button variant="danger" onPress={onDiscard}>
            {t('create.discard.confirm')}
          </Button>
          <Button variant="primary" autoFocus onPress={onKeep}>
            {t('create.discard.keep')}
          </Button>
        </>
      }
    >
      <p>{t('create.discard.text')}</p>
    </Dialog>
  );
}
