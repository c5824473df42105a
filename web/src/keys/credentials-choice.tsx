import { Label, Radio, RadioGroup } from 'react-aria-components';
import { useTexts } from '../i18n/text.ts';

export type CredentialsType = 'secret' | 'jwks';

interface CredentialsChoiceProps {
  readonly type: CredentialsType;
  readonly onChange: (type: CredentialsType) => void;
}

/** By what a new account authenticates: a secret, or a key pair of its own. */
export function CredentialsChoice({ type, onChange }: CredentialsChoiceProps) {
  const { t } = useTexts();
  return (
    <RadioGroup className="field" value={type} onChange={(value) => onChange(value as CredentialsType)}>
      <Label className="label">{t('credentials')}</Label>
      <div className="mode-cards">
        {(['secret', 'jwks'] as const).map((name) => (
          <Radio key={name} value={name} className="mode-card">
            <span className="mode-card-mark" aria-hidden="true" />
            <span className="mode-card-text">
              <span className="mode-card-title">{t(`credentials.${name}`)}</span>
              <span className="mode-card-description">{t(`credentials.${name}.description`)}</span>
            </span>
          </Radio>
        ))}
      </div>
    </RadioGroup>
  );
}
