import type { PermissionCatalogue, ServiceAccount } from '@orki/service-accounts-client';
import { useTexts } from '../i18n/text.ts';
import { GrantSummary } from '../permissions/grant-summary.tsx';
import { groupLabel, labelsOf, permissionDescription, permissionLabel } from '../permissions/labels.ts';

interface WhatItCanDoProps {
  readonly account: ServiceAccount;
  readonly catalogue: PermissionCatalogue;
}

/** The effective permissions: a sentence, then each in words, in the catalogue's groups. */
export function WhatItCanDo({ account, catalogue }: WhatItCanDoProps) {
  const texts = useTexts();
  const { t } = texts;
  const held = new Set(account.permissions);
  const groups = catalogue.groups
    .map((group) => ({ group, permissions: group.permissions.filter(({ name }) => held.delete(name)) }))
    .filter(({ permissions }) => permissions.length > 0);
  const chosen = new Set(account.mode === 'custom' ? account.permissions : []);
  return (
    <section className="panel" aria-labelledby="permissions">
      <h2 id="permissions" className="panel-title">
        {t('account.permissions')}
      </h2>
      <GrantSummary catalogue={catalogue} mode={account.mode} permissions={chosen} />
      <dl className="effective">
        {groups.map(({ group, permissions }) => (
          <div key={group.name}>
            <dt>{groupLabel(group, texts)}</dt>
            {permissions.map((permission) => (
              <dd key={permission.name} title={permissionDescription(permission, texts)}>
                {permissionLabel(permission, texts)}
                <code className="check-code">
                  <bdi dir="ltr">{permission.name}</bdi>
                </code>
              </dd>
            ))}
          </div>
        ))}
        {held.size > 0 && (
          <div>
            <dt>{t('account.permissions.others')}</dt>
            {labelsOf(catalogue, [...held], texts).map((name) => (
              <dd key={name}>
                <code dir="ltr">{name}</code>
              </dd>
            ))}
          </div>
        )}
      </dl>
    </section>
  );
}
