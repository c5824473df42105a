import type { PublicKeyToSet } from '@orki/service-accounts-client';
import { useRef } from 'react';
import { DropZone, FieldError, FileTrigger, Label, Text, TextArea, TextField } from 'react-aria-components';
import { Button } from '../design/button.tsx';
import { type Texts, useTexts } from '../i18n/text.ts';
import { KeyList } from './key-list.tsx';
import { readKeys } from './read-keys.ts';

/** As many as the service takes: the key of now and the next one. */
const mostKeys = 2;

/** What stands in the field: keys that were taken, and a text that is none yet. */
export interface EnteredKeys {
  readonly keys: readonly PublicKeyToSet[];
  readonly text: string;
  /** What is wrong, in the page's language. */
  readonly error: string | undefined;
}

export const keysFrom = (keys: readonly PublicKeyToSet[]): EnteredKeys => ({
  keys,
  text: '',
  error: undefined,
});

/** What keeps the keys from being sent. */
export function keysError({ keys, text, error }: EnteredKeys, { t }: Texts): string | undefined {
  if (text.trim() !== '') return error ?? t('field.keys.unknown');
  return keys.length === 0 ? t('field.keys.required') : undefined;
}

interface KeysFieldProps {
  readonly entered: EnteredKeys;
  readonly isReadOnly: boolean;
  readonly onChange: (entered: EnteredKeys) => void;
}

/** Public keys to paste, to drop or to choose as files. What is read as a key becomes an entry of the list at once. */
export function KeysField({ entered, isReadOnly, onChange }: KeysFieldProps) {
  const { t } = useTexts();
  const area = useRef<HTMLTextAreaElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const latest = useRef('');
  const { keys, text, error } = entered;
  const isFull = keys.length >= mostKeys;

  async function read(typed: string) {
    latest.current = typed;
    const found = await readKeys(typed);
    // Somebody has typed on, or removed a key, in the meantime.
    if (latest.current !== typed) return;
    if ('fault' in found) {
      // A private key is not kept on the screen either; a text that is only begun is no fault yet.
      const isPrivate = found.fault === 'field.keys.private-key';
      const isBegun = !isPrivate && typed.trim() !== '' && !/-----END|\}\s*$/.test(typed);
      const isFault = typed.trim() !== '' && !isBegun;
      onChange({ keys, text: isPrivate ? '' : typed, error: isFault ? t(found.fault) : undefined });
      return;
    }
    if (keys.length + found.keys.length > mostKeys) {
      onChange({ keys, text: typed, error: t('field.keys.too-many') });
      return;
    }
    onChange(keysFrom([...keys, ...found.keys]));
    // Where the field goes, the focus must not go with it.
    if (keys.length + found.keys.length === mostKeys) {
      requestAnimationFrame(() => list.current?.querySelector<HTMLElement>('li:last-child button')?.focus());
    }
  }

  const readFile = async (file: { text: () => Promise<string> } | undefined) => {
    if (file !== undefined) await read(await file.text());
  };

  return (
    <div ref={list} className="field">
      <span className="label" id="keys-label">
        {t('keys.label')}
      </span>
      {keys.length > 0 && (
        <KeyList
          keys={keys}
          onRemove={
            isReadOnly
              ? undefined
              : (index) => {
                  onChange({ ...entered, keys: keys.toSpliced(index, 1), error: undefined });
                  requestAnimationFrame(() => area.current?.focus());
                }
          }
        />
      )}
      {!isFull && (
        <DropZone
          className="key-drop"
          onDrop={async ({ items }) => {
            const file = items.find((item) => item.kind === 'file');
            await readFile(file && { text: () => file.getText() });
          }}
        >
          <TextField
            className="field"
            isReadOnly={isReadOnly}
            isInvalid={error !== undefined}
            value={text}
            onChange={(typed) => {
              onChange({ keys, text: typed, error: undefined });
              void read(typed);
            }}
          >
            <Label className="label-small">{t(keys.length === 0 ? 'keys.paste' : 'keys.paste-next')}</Label>
            <TextArea
              ref={area}
              className="input textarea key-input"
              dir="ltr"
              rows={4}
              placeholder="-----BEGIN PUBLIC KEY-----"
              autoComplete="off"
              spellCheck={false}
            />
            <FieldError className="field-error">{error}</FieldError>
            <Text slot="description" className="help">
              {t('keys.help')}
            </Text>
          </TextField>
          <FileTrigger
            acceptedFileTypes={['.pem', '.pub', '.json', '.jwk', '.jwks', '.txt']}
            onSelect={(files) => void readFile(files?.[0])}
          >
            <Button isDisabled={isReadOnly}>{t('keys.choose-file')}</Button>
          </FileTrigger>
        </DropZone>
      )}
      <p className="help" role="status">
        {keys.length > 0 && t(isFull ? 'keys.full' : 'keys.one')}
      </p>
    </div>
  );
}
