import type { PermissionCatalogue } from '@orki/service-accounts-client';
import { FieldError, Label, Radio, RadioGroup } from 'react-aria-components';
import type { Mode } from '../api/rights.ts';
import { useTexts } from '../i18n/text.ts';

interface ModeCardsProps {
  readonly catalogue: PermissionCatalogue;
  readonly mode: Mode | undefined;
  readonly error: string | undefined;
  readonly isReadOnly: boolean;
  readonly onChange: (mode: Mode) => void;
}

/** The three modes with what each means; one that the person can't grant says why. */
export function ModeCards({ catalogue, mode, error, isReadOnly, onChange }: ModeCardsProps) {
  const { t } = useTexts();
  return (
    <RadioGroup
      className="field"
      value={mode ?? null}
      onChange={(value) => onChange(value as Mode)}
      isInvalid={error !== undefined}
      isReadOnly={isReadOnly}
      isRequired
    >
      <Label className="label">{t('form.mode')}</Label>
      <div className="mode-cards">
        {catalogue.modes.map(({ name, grantable }) => (
          <Radio key={name} value={name} className="mode-card" isDisabled={!grantable}>
            <span className="mode-card-mark" aria-hidden="true" />
            <span className="mode-card-text">
              <span className="mode-card-title">{t(`mode.${name}`)}</span>
              <span className="mode-card-description">{t(`mode.${name}.description`)}</span>
              {!grantable && (
                <span className="reason">{t(name === 'custom' ? 'denied.custom' : 'denied.mode')}</span>
              )}
            </span>
          </Radio>
        ))}
      </div>
      <FieldError className="field-error">{error}</FieldError>
    </RadioGroup>
  );
}
