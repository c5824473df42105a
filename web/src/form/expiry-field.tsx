import type { ServiceAccount } from '@orki/service-accounts-client';
import { useId } from 'react';
import { FieldError, Input, Label, Radio, RadioGroup, TextField } from 'react-aria-components';
import { useNow } from '../design/time.tsx';
import { useTexts } from '../i18n/text.ts';
import {
  dateBounds,
  type Expiry,
  type ExpiryChoice,
  type ExpiryRules,
  endOf,
  lifetimeDaysOf,
  offeredExpiries,
  usualExpiry,
} from './expiry.ts';

interface ExpiryFieldProps {
  /** The secret that is replaced, if one is. */
  readonly before: ServiceAccount | undefined;
  readonly rules: ExpiryRules;
  readonly expiry: Expiry;
  readonly error: string | undefined;
  readonly isReadOnly: boolean;
  readonly onChange: (expiry: Expiry) => void;
}

/** When the secret expires, as a few choices, and in a sentence what follows from the one that is taken. */
export function ExpiryField({ before, rules, expiry, error, isReadOnly, onChange }: ExpiryFieldProps) {
  const { t } = useTexts();
  const id = useId();
  const { choice, date } = expiry;
  const offered = offeredExpiries(usualExpiry(before, rules).choice, rules);
  const obstacle = offered.find((one) => one.obstacle !== undefined)?.obstacle;
  const isDate = choice === 'date';
  const label = (one: ExpiryChoice) => {
    if (one === 'same') return t('form.expiry.same', { count: (before && lifetimeDaysOf(before)) ?? 0 });
    return typeof one === 'number' ? t('form.expiry.days', { count: one }) : t(`form.expiry.${one}`);
  };
  return (
    <div className="field">
      <RadioGroup
        className="field"
        value={String(choice)}
        onChange={(value) =>
          onChange({
            ...expiry,
            choice: offered.find((one) => String(one.choice) === value)?.choice ?? choice,
          })
        }
        isInvalid={error !== undefined && !isDate}
        isReadOnly={isReadOnly}
        aria-describedby={id}
      >
        <Label className="label">{t('form.expiry')}</Label>
        <div className="chips">
          {offered.map((one) => (
            <Radio
              key={one.choice}
              value={String(one.choice)}
              className="chip"
              isDisabled={one.obstacle !== undefined}
            >
              {label(one.choice)}
            </Radio>
          ))}
        </div>
        {!isDate && <FieldError className="field-error">{error}</FieldError>}
      </RadioGroup>
      {isDate && (
        <TextField
          className="field field-date"
          isRequired
          isInvalid={error !== undefined}
          isReadOnly={isReadOnly}
          value={date}
          onChange={(next) => onChange({ choice, date: next })}
        >
          <Label className="label">{t('form.expiry.date.label')}</Label>
          <Input className="input" type="date" {...dateBounds(rules, Date.now())} />
          <FieldError className="field-error">{error}</FieldError>
        </TextField>
      )}
      <div id={id} className="help">
        <ExpirySentence before={before} expiry={expiry} />
        {obstacle && <p>{t(obstacle, { count: rules.maxDays ?? 0 })}</p>}
      </div>
    </div>
  );
}

interface ExpirySentenceProps {
  readonly before: ServiceAccount | undefined;
  readonly expiry: Expiry;
}

/** What follows from a choice; read aloud when it changes. */
export function ExpirySentence({ before, expiry }: ExpirySentenceProps) {
  const { t, brief } = useTexts();
  const end = endOf(expiry, before, useNow());
  return (
    <p role="status">
      {end === null && t('form.expiry.ends-never')}
      {end && t('form.expiry.ends', { time: brief(end) })}
    </p>
  );
}
