import type { PermissionCatalogue } from '@orki/service-accounts-client';
import { type ReactNode, type RefObject, useEffect } from 'react';
import { FieldError, Form, Input, Label, Text, TextArea, TextField } from 'react-aria-components';
import type { FieldErrors } from '../api/errors.ts';
import { directionOf, useTexts } from '../i18n/text.ts';
import { type Draft, maxDescription } from './draft.ts';
import { ModeCards } from './mode-cards.tsx';
import { PermissionPicker } from './permission-picker.tsx';

interface AccountFormProps {
  readonly id: string;
  readonly catalogue: PermissionCatalogue;
  readonly draft: Draft;
  readonly errors: FieldErrors;
  readonly isReadOnly: boolean;
  readonly onChange: (draft: Draft) => void;
  readonly onSubmit: () => void;
  /** What comes with creating alone. */
  readonly children?: ReactNode;
}

/** The fields of an account, for creating and editing alike. */
export function AccountForm(props: AccountFormProps) {
  const { id, catalogue, draft, errors, isReadOnly, onChange } = props;
  const { t } = useTexts();
  const change = (part: Partial<Draft>) => onChange({ ...draft, ...part });
  const length = [...draft.description].length;
  return (
    <Form
      id={id}
      className="form"
      validationBehavior="aria"
      onSubmit={(event) => {
        event.preventDefault();
        props.onSubmit();
      }}
    >
      <TextField
        className="field"
        name="username"
        autoFocus
        isRequired
        isReadOnly={isReadOnly}
        isInvalid={errors.username !== undefined}
        value={draft.username}
        onChange={(username) => change({ username })}
      >
        <Label className="label">{t('form.username')}</Label>
        <Input className="input" {...directionOf(draft.username)} autoComplete="off" spellCheck={false} />
        <FieldError className="field-error">{errors.username}</FieldError>
        <Text slot="description" className="help">
          {t('form.username.help')}
        </Text>
      </TextField>
      <TextField
        className="field"
        name="description"
        isReadOnly={isReadOnly}
        isInvalid={errors.description !== undefined}
        value={draft.description}
        onChange={(description) => change({ description })}
      >
        <Label className="label">{t('form.description')}</Label>
        <TextArea className="input textarea" {...directionOf(draft.description)} rows={2} />
        <FieldError className="field-error">{errors.description}</FieldError>
        <Text slot="description" className="help">
          {length > maxDescription * 0.8
            ? t('form.description.count', { count: length, limit: maxDescription })
            : t('form.description.help')}
        </Text>
      </TextField>
      <ModeCards
        catalogue={catalogue}
        mode={draft.mode}
        error={errors.mode}
        isReadOnly={isReadOnly}
        onChange={(mode) => change({ mode })}
      />
      {draft.mode === 'custom' && (
        <PermissionPicker
          catalogue={catalogue}
          chosen={draft.permissions}
          error={errors.permissions}
          isReadOnly={isReadOnly}
          onChange={(permissions) => change({ permissions })}
        />
      )}
      {props.children}
    </Form>
  );
}

/** Puts the focus on the first field that is wrong, whenever `attempt` counts another try. */
export function useFocusOnError(body: RefObject<HTMLElement | null>, attempt: number): void {
  useEffect(() => {
    if (attempt === 0) return;
    const wrong = '[aria-invalid="true"], [data-invalid] input, [data-invalid] button';
    body.current?.querySelector<HTMLElement>(wrong)?.focus();
  }, [attempt, body]);
}
