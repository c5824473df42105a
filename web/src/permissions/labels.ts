import type { PermissionCatalogue } from '@orki/service-accounts-client';
import { permissionsOf } from '../api/rights.ts';
import type { Texts } from '../i18n/text.ts';

type Group = PermissionCatalogue['groups'][number];
type Permission = Group['permissions'][number];

/** The names that a page shows: its own for what Orki ships, the catalogue's for what an operator added. */
export const groupLabel = ({ name, label }: Group, { known, language }: Texts): string =>
  (language === 'en' ? undefined : known(`group.${name}`)) ?? label;

export const permissionLabel = ({ name, label }: Permission, { known, language }: Texts): string =>
  (language === 'en' ? undefined : known(`permission.${name}`)) ?? label;

export const permissionDescription = (
  { name, description }: Permission,
  { known, language }: Texts,
): string => (language === 'en' ? undefined : known(`permission.${name}.description`)) ?? description;

/** Labels of permissions by their names, in the catalogue's order; a name that it lacks stands for itself. */
export function labelsOf(catalogue: PermissionCatalogue, names: readonly string[], texts: Texts): string[] {
  const wanted = new Set(names);
  const found = permissionsOf(catalogue).filter(({ name }) => wanted.delete(name));
  return [...found.map((permission) => permissionLabel(permission, texts)), ...wanted];
}
