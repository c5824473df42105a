import { names, provisioningAttributes, roleAttributes } from '../../../names.ts';
import { type Comparison, creation, update } from '../comparison.ts';
import { listClientRoles, requireClient, type StoredRole } from '../lookups.ts';
import { mismatches } from '../mismatches.ts';
import type { PermissionFile } from '../permission-file.ts';
import { isRetired } from '../retired-roles.ts';
import type { Step, Target } from '../step.ts';

/** A role of `orki-api` for each permission and mode. What left the permission file is retired, never deleted. */
export const permissionRoles: Step = {
  name: 'permission roles',
  async *compare(target) {
    const api = await requireClient(target, names.apiClient);
    const actual = await listClientRoles(target, api);
    const desired = desiredRoles(target.permissionFile);
    for (const role of desired) {
      yield compareRole(
        target,
        api.id,
        role,
        actual.find(({ name }) => name === role.name),
      );
    }
    const wanted = new Set(desired.map(({ name }) => name));
    for (const role of actual) {
      const wasPermission = role.attributes?.[roleAttributes.group] !== undefined;
      if (wasPermission && !wanted.has(role.name)) yield retirement(target, api.id, role);
    }
  },
};

interface DesiredRole {
  name: string;
  description: string;
  attributes: Record<string, string[]>;
}

function desiredRoles({ groups }: PermissionFile): DesiredRole[] {
  const permissions = groups.flatMap((group) =>
    group.permissions.map((permission) => ({ group, permission })),
  );
  return [
    ...permissions.map(({ group, permission }, order) => ({
      name: permission.name,
      description: permission.description,
      attributes: {
        [roleAttributes.label]: [permission.label],
        [roleAttributes.group]: [group.name],
        [roleAttributes.groupLabel]: [group.label],
        [roleAttributes.order]: [String(order)],
        ...(permission.excludedFromAdmin && { [roleAttributes.excludedFromAdmin]: ['true'] }),
      },
    })),
    { name: names.modeRoles.admin, description: 'Full access to all features.', attributes: {} },
    {
      name: names.modeRoles.agent,
      description: 'Can handle conversations and use AI features.',
      attributes: {},
    },
    {
      name: names.fenceRole,
      description:
        'Gives nothing. Mapped to a service account while its rights are changed on several nodes.',
      attributes: {},
    },
  ];
}

function compareRole(
  { keycloak }: Target,
  apiId: string,
  role: DesiredRole,
  actual: StoredRole | undefined,
): Comparison {
  const what = `role ${role.name} of ${names.apiClient}`;
  if (!actual) return creation(what, () => keycloak.clients.createRole({ id: apiId, ...role }));
  const differences = mismatches(role, actual);
  if (isRetired(actual)) differences.push('is marked as retired');
  const { excludedFromAdmin } = roleAttributes;
  if (actual.attributes?.[excludedFromAdmin] && !role.attributes[excludedFromAdmin])
    differences.push('is marked as excluded from mode admin');
  return update(what, differences, () => {
    // A role's PUT replaces its attributes, and others may have some of their own there.
    const { [provisioningAttributes.retired]: _, [excludedFromAdmin]: __, ...kept } = actual.attributes ?? {};
    return keycloak.clients.updateRole(
      { id: apiId, roleName: role.name },
      { ...actual, ...role, attributes: { ...kept, ...role.attributes } },
    );
  });
}

/** Accounts may hold it still, and the file may have lost it by mistake: the role and its mappings stay. */
function retirement({ keycloak }: Target, apiId: string, role: StoredRole): Comparison {
  const ours: string[] = Object.values(roleAttributes);
  const kept = Object.entries(role.attributes ?? {}).filter(([name]) => !ours.includes(name));
  const attributes = { ...Object.fromEntries(kept), [provisioningAttributes.retired]: ['true'] };
  return update(
    `role ${role.name} of ${names.apiClient}`,
    [
      'is no longer in the catalogue: stays where it is mapped, but is no permission and in no token any more',
    ],
    () => keycloak.clients.updateRole({ id: apiId, roleName: role.name }, { ...role, attributes }),
  );
}
