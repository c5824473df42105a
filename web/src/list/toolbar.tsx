import { useEffect, useEffectEvent, useState } from 'react';
import { Button, Input, SearchField, ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import type { Filters } from '../api/queries.ts';
import { Icon } from '../design/icon.tsx';
import { directionOf, useTexts } from '../i18n/text.ts';

interface ToolbarProps {
  readonly filters: Filters;
  readonly onChange: (filters: Filters) => void;
}

const typingPauseMs = 200;

/** Searching and filtering; both are part of the address. */
export function Toolbar({ filters, onChange }: ToolbarProps) {
  const { t } = useTexts();
  return (
    <search className="toolbar">
      <Search search={filters.search} onChange={(search) => onChange({ ...filters, search })} />
      <Chips
        label={t('list.filter.status')}
        all={t('list.filter.any-status')}
        choices={[
          ['active', t('status.active')],
          ['inactive', t('status.inactive')],
          ['expiring', t('list.filter.expiring')],
          ['expired', t('list.filter.expired')],
        ]}
        chosen={filters.status}
        onChange={(status) => onChange({ ...filters, status })}
      />
      <Chips
        label={t('list.filter.mode')}
        all={t('list.filter.any-mode')}
        choices={[
          ['admin', t('mode.admin')],
          ['agent', t('mode.agent')],
          ['custom', t('mode.custom')],
        ]}
        chosen={filters.mode}
        onChange={(mode) => onChange({ ...filters, mode })}
      />
    </search>
  );
}

interface SearchProps {
  readonly search: string;
  readonly onChange: (search: string) => void;
}

function Search({ search, onChange }: SearchProps) {
  const { t } = useTexts();
  const [text, setText] = useState(search);
  const [known, setKnown] = useState(search);
  if (search !== known) {
    setKnown(search);
    // Whoever goes back, or clears the filters, changes it from outside; what is being typed stays.
    if (search !== text.trim()) setText(search);
  }
  const tell = useEffectEvent(() => {
    if (text.trim() !== search) onChange(text.trim());
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: each change of the text starts the pause anew
  useEffect(() => {
    const timer = setTimeout(tell, typingPauseMs);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <SearchField
      className="search"
      aria-label={t('list.search')}
      value={text}
      onChange={setText}
      maxLength={100}
    >
      <Icon name="search" />
      <Input
        className="input search-input"
        {...directionOf(text)}
        placeholder={t('list.search.placeholder')}
      />
      <Button className="search-clear" aria-label={t('list.search.clear')}>
        <Icon name="close" />
      </Button>
    </SearchField>
  );
}

interface ChipsProps<Value extends string> {
  readonly label: string;
  readonly all: string;
  readonly choices: readonly (readonly [Value, string])[];
  readonly chosen: Value | undefined;
  readonly onChange: (value: Value | undefined) => void;
}

/** One of several values, or any. */
function Chips<Value extends string>({ label, all, choices, chosen, onChange }: ChipsProps<Value>) {
  return (
    <ToggleButtonGroup
      className="chips"
      aria-label={label}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[chosen ?? 'all']}
      onSelectionChange={(keys) => {
        const [key] = keys;
        onChange(choices.find(([value]) => value === key)?.[0]);
      }}
    >
      <ToggleButton id="all" className="chip">
        {all}
      </ToggleButton>
      {choices.map(([value, text]) => (
        <ToggleButton key={value} id={value} className="chip">
          {text}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
