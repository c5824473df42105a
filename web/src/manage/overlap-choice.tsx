import { Label, Radio, RadioGroup, Text } from 'react-aria-components';
import type { MessageId } from '../i18n/languages.ts';
import { useTexts } from '../i18n/text.ts';

/** For how many seconds the old secret goes on working, and what that is good for. */
const choices: readonly { readonly seconds: number; readonly name: 'now' | 'hour' | 'day' | 'week' }[] = [
  { seconds: 0, name: 'now' },
  { seconds: 3600, name: 'hour' },
  { seconds: 86_400, name: 'day' },
  { seconds: 604_800, name: 'week' },
];

interface OverlapChoiceProps {
  readonly hint: string;
  readonly seconds: number | undefined;
  /** Why the old secret can only end at once; undefined where it can go on. */
  readonly obstacle: MessageId | undefined;
  readonly isReadOnly: boolean;
  readonly onChange: (seconds: number) => void;
}

/** What becomes of the old secret. Nothing is chosen for the person, since an outage is as bad as a leaked secret. */
export function OverlapChoice(props: OverlapChoiceProps) {
  const { hint, seconds, obstacle, isReadOnly, onChange } = props;
  const { t } = useTexts();
  return (
    <RadioGroup
      className="field"
      value={seconds === undefined ? null : String(seconds)}
      onChange={(value) => onChange(Number(value))}
      isReadOnly={isReadOnly}
      isRequired
    >
      <Label className="label">{t('regenerate.old-secret', { hint: `…${hint}` })}</Label>
      <div className="mode-cards">
        {choices.map(({ seconds: value, name }) => (
          <Radio
            key={name}
            value={String(value)}
            className="mode-card"
            isDisabled={value > 0 && obstacle !== undefined}
          >
            <span className="mode-card-mark" aria-hidden="true" />
            <span className="mode-card-text">
              <span className="mode-card-title">{t(`regenerate.overlap.${name}`)}</span>
              <span className="mode-card-description">{t(`regenerate.overlap.${name}.description`)}</span>
            </span>
          </Radio>
        ))}
      </div>
      {obstacle && (
        <Text slot="description" className="reason">
          {t(obstacle)}
        </Text>
      )}
    </RadioGroup>
  );
}
