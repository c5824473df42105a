/** The permission modes of the product page. */
export const modes = ['admin', 'agent', 'custom'] as const;
export type Mode = (typeof modes)[number];

interface Permission {
  readonly name: string;
  readonly label: string;
  readonly description: string;
}

export interface PermissionGroup {
  readonly name: string;
  readonly label: string;
  readonly permissions: readonly Permission[];
}

/** All permissions, in the order in which a page shows them, and what the two fixed modes include. */
export interface Catalogue {
  readonly groups: readonly PermissionGroup[];
  readonly included: { readonly admin: ReadonlySet<string>; readonly agent: ReadonlySet<string> };
}

/** Of each account of a list they are needed again. */
const namesOf = new WeakMap<Catalogue, readonly string[]>();

/** The names of all permissions, in the catalogue's order. */
export function permissionNames(catalogue: Catalogue): readonly string[] {
  const known = namesOf.get(catalogue);
  if (known !== undefined) return known;
  const names = catalogue.groups.flatMap((group) => group.permissions.map(({ name }) => name));
  namesOf.set(catalogue, names);
  return names;
}

/** What an account of this mode may do: the mode's permissions, or for custom those that were chosen. */
export function effectivePermissions(catalogue: Catalogue, mode: Mode, chosen: readonly string[]): string[] {
  if (mode === 'custom') return inCatalogueOrder(catalogue, chosen);
  return permissionNames(catalogue).filter((name) => catalogue.included[mode].has(name));
}

/** Known names in the catalogue's order without repetition, then unknown ones as they come. */
export function inCatalogueOrder(catalogue: Catalogue, chosen: readonly string[]): string[] {
  const wanted = new Set(chosen);
  const known = permissionNames(catalogue).filter((name) => wanted.delete(name));
  return [...known, ...wanted];
}
