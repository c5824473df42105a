import type { PermissionCatalogue } from '@orki/service-accounts-client';
import { useState } from 'react';
import { Input, SearchField } from 'react-aria-components';
import { permissionsOf } from '../api/rights.ts';
import { directionOf, useTexts } from '../i18n/text.ts';
import { groupLabel, permissionDescription, permissionLabel } from '../permissions/labels.ts';
import { PermissionGroup } from './permission-group.tsx';

interface PermissionPickerProps {
  readonly catalogue: PermissionCatalogue;
  readonly chosen: ReadonlySet<string>;
  readonly error: string | undefined;
  readonly isReadOnly: boolean;
  readonly onChange: (chosen: ReadonlySet<string>) => void;
}

/** The catalogue in groups, with a search that shows what matches and changes nothing that is selected. */
export function PermissionPicker({ catalogue, chosen, error, isReadOnly, onChange }: PermissionPickerProps) {
  const texts = useTexts();
  const { t } = texts;
  const [search, setSearch] = useState('');
  const wanted = search.trim().toLowerCase();
  const groups = catalogue.groups
    .map((group) => {
      const shown = group.permissions.filter((permission) => {
        const parts = [
          permission.name,
          groupLabel(group, texts),
          permissionLabel(permission, texts),
          permissionDescription(permission, texts),
        ];
        return parts.some((text) => text.toLowerCase().includes(wanted));
      });
      return { group, shown };
    })
    .filter(({ shown }) => shown.length > 0);
  const all = permissionsOf(catalogue).length;
  return (
    <fieldset className="permissions" data-invalid={error !== undefined || undefined}>
      <legend className="label">
        {t('form.permissions')}{' '}
        <span className="label-count" role="status">
          {t('form.permissions.chosen', { chosen: chosen.size, all })}
        </span>
      </legend>
      <SearchField
        className="field"
        aria-label={t('form.permissions.search')}
        value={search}
        onChange={setSearch}
      >
        <Input className="input" {...directionOf(search)} placeholder={t('form.permissions.search')} />
      </SearchField>
      <div className="permission-groups">
        {groups.map(({ group, shown }) => (
          <PermissionGroup
            key={group.name}
            group={group}
            shown={shown}
            chosen={chosen}
            isReadOnly={isReadOnly}
            onChange={onChange}
          />
        ))}
        {groups.length === 0 && (
          <p className="help">{t('form.permissions.none-found', { search: search.trim() })}</p>
        )}
      </div>
      {error && (
        <p className="field-error" role="alert">
          {error}
        </p>
      )}
    </fieldset>
  );
}
