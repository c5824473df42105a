import type { PermissionCatalogue, ServiceAccount } from '@orki/service-accounts-client';

export type Permission = PermissionCatalogue['groups'][number]['permissions'][number];
export type Mode = ServiceAccount['mode'];

/** What the signed-in person may do, as the service's catalogue tells it. */
export interface Rights {
  readonly mayManage: boolean;
  readonly mayGrantMode: (mode: Mode) => boolean;
  /** The names of permissions that the account has and the person lacks. */
  readonly lackingFor: (account: ServiceAccount) => readonly string[];
  /** Whether the person may edit, activate or delete it, or regenerate its secret; the service decides the same. */
  readonly mayChange: (account: ServiceAccount) => boolean;
}

export const permissionsOf = (catalogue: PermissionCatalogue): Permission[] =>
  catalogue.groups.flatMap((group) => group.permissions);

/** Reads a person's rights off the catalogue. */
export function rightsOf(catalogue: PermissionCatalogue): Rights {
  const held = new Set(
    permissionsOf(catalogue)
      .filter(({ grantable }) => grantable)
      .map(({ name }) => name),
  );
  const modes = new Set(catalogue.modes.filter(({ grantable }) => grantable).map(({ name }) => name));
  const mayManage = held.has('service-accounts:write');
  const lackingFor = ({ permissions }: ServiceAccount) => permissions.filter((name) => !held.has(name));
  return {
    mayManage,
    mayGrantMode: (mode) => modes.has(mode),
    lackingFor,
    mayChange: (account) =>
      mayManage && (account.mode === 'custom' ? lackingFor(account).length === 0 : modes.has(account.mode)),
  };
}
