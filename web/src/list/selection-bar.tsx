import type { ServiceAccount } from '@orki/service-accounts-client';
import { Button } from '../design/button.tsx';
import { useTexts } from '../i18n/text.ts';
import { useOpenFlow } from '../manage/flow.ts';

interface SelectionBarProps {
  readonly chosen: readonly ServiceAccount[];
  readonly onClear: () => void;
}

/** What can be done with several accounts at once; there is nothing to see while none is selected. */
export function SelectionBar({ chosen, onClear }: SelectionBarProps) {
  const { t } = useTexts();
  const openFlow = useOpenFlow();
  const active = chosen.filter(({ status }) => status === 'active');
  const isUseless = active.length === 0;
  return (
    <div className="selection" hidden={chosen.length === 0}>
      <span role="status">{chosen.length > 0 && t('list.selected', { count: chosen.length })}</span>
      <Button
        icon="blocked"
        isDisabled={isUseless}
        {...(isUseless && { 'aria-describedby': 'selection-reason' })}
        onPress={() => openFlow({ kind: 'deactivate', accounts: active })}
      >
        {t('list.selection.deactivate')}
      </Button>
      {isUseless && (
        <span id="selection-reason" className="reason">
          {t('list.selection.none-active')}
        </span>
      )}
      <Button variant="quiet" onPress={onClear}>
        {t('list.selection.clear')}
      </Button>
    </div>
  );
}
