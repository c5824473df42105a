import type { PermissionCatalogue } from '@orki/service-accounts-client';
import { useId } from 'react';
import { Check } from '../design/check.tsx';
import { useTexts } from '../i18n/text.ts';
import { groupLabel, permissionDescription, permissionLabel } from '../permissions/labels.ts';

type Group = PermissionCatalogue['groups'][number];

interface PermissionGroupProps {
  readonly group: Group;
  readonly shown: Group['permissions'];
  readonly chosen: ReadonlySet<string>;
  readonly isReadOnly: boolean;
  readonly onChange: (chosen: ReadonlySet<string>) => void;
}

/** One group: a box for all of it that knows 'some', and a box for each; what can't be granted says why. */
export function PermissionGroup({ group, shown, chosen, isReadOnly, onChange }: PermissionGroupProps) {
  const texts = useTexts();
  const { t } = texts;
  const id = useId();
  const label = groupLabel(group, texts);
  // Selecting all means what is shown and can be granted; more would be a surprise.
  const grantable = shown.filter((permission) => permission.grantable);
  const held = grantable.filter(({ name }) => chosen.has(name));
  const isAll = grantable.length > 0 && held.length === grantable.length;
  const toggleAll = () => {
    const names = new Set(grantable.map(({ name }) => name));
    onChange(isAll ? chosen.difference(names) : chosen.union(names));
  };
  const toggle = (name: string) => onChange(chosen.symmetricDifference(new Set([name])));
  return (
    <fieldset className="permission-group" aria-labelledby={id}>
      <div className="permission-group-header">
        <Check
          isSelected={isAll}
          isIndeterminate={held.length > 0 && !isAll}
          isDisabled={grantable.length === 0}
          isReadOnly={isReadOnly}
          onChange={toggleAll}
          label={t('form.permissions.group', { group: label })}
          isLabelHidden
        />
        <span id={id} className="permission-group-title">
          {label}
        </span>
        <span className="permission-group-count">
          {t('form.permissions.group-count', {
            chosen: group.permissions.filter(({ name }) => chosen.has(name)).length,
            all: group.permissions.length,
          })}
        </span>
      </div>
      <ul className="permission-list">
        {shown.map((permission) => (
          <li key={permission.name}>
            <Check
              isSelected={chosen.has(permission.name)}
              isDisabled={!permission.grantable && !chosen.has(permission.name)}
              isReadOnly={isReadOnly}
              onChange={() => toggle(permission.name)}
              label={permissionLabel(permission, texts)}
              description={permissionDescription(permission, texts)}
              reason={permission.grantable ? undefined : t('denied.permission')}
              code={permission.name}
            />
          </li>
        ))}
      </ul>
    </fieldset>
  );
}
