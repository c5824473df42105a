import { names, roleAttributes } from '../../../names.ts';
import type { Catalogue } from '../catalogue.ts';
import { type Comparison, mismatches, type Step, type Target } from '../comparison.ts';
import { clientRoles, requireClient, type StoredRole } from '../lookups.ts';
import { isRetired, retiredAttribute } from '../retirement.ts';

export const permissionRoles: Step = {
  name: 'permission roles',
  async compare(target, comparison) {
    const api = await requireClient(target, names.apiClient);
    const actual = await clientRoles(target, api);
    const desired = desiredRoles(target.catalogue);
    for (const role of desired) {
      compareRole(
        target,
        comparison,
        api.id,
        role,
        actual.find(({ name }) => name === role.name),
      );
    }
    const wanted = new Set(desired.map(({ name }) => name));
    for (const role of actual) {
      const left = !wanted.has(role.name) && role.attributes?.[roleAttributes.group] !== undefined;
      if (left) retire(target, comparison, api.id, role);
    }
  },
};

interface DesiredRole {
  name: string;
  description: string;
  attributes: Record<string, string[]>;
}

function desiredRoles({ groups }: Catalogue): DesiredRole[] {
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
      },
    })),
    { name: names.modeRoles.admin, description: 'Full access to all features.', attributes: {} },
    {
      name: names.modeRoles.agent,
      description: 'Can handle conversations and use AI features.',
      attributes: {},
    },
  ];
}

function compareRole(
  { keycloak }: Target,
  comparison: Comparison,
  apiId: string,
  role: DesiredRole,
  actual: StoredRole | undefined,
): void {
  const what = `role ${role.name} of ${names.apiClient}`;
  if (!actual) {
    comparison.differs('create', what, '', () => keycloak.clients.createRole({ id: apiId, ...role }));
    return;
  }
  const differences = mismatches(role, actual);
  if (isRetired(actual)) differences.push('is marked as retired');
  comparison.updates(what, differences, () => {
    // A role's PUT replaces its attributes, and others may have some of their own there.
    const { [retiredAttribute]: _, ...kept } = actual.attributes ?? {};
    return keycloak.clients.updateRole(
      { id: apiId, roleName: role.name },
      { ...actual, ...role, attributes: { ...kept, ...role.attributes } },
    );
  });
}

/** Accounts may hold it still, and the file may have lost it by mistake: the role and its mappings stay. */
function retire({ keycloak }: Target, comparison: Comparison, apiId: string, role: StoredRole): void {
  const ours: string[] = Object.values(roleAttributes);
  const kept = Object.entries(role.attributes ?? {}).filter(([name]) => !ours.includes(name));
  const attributes = { ...Object.fromEntries(kept), [retiredAttribute]: ['true'] };
  comparison.differs(
    'update',
    `role ${role.name} of ${names.apiClient}`,
    'is no longer in the catalogue: stays where it is mapped, but is no permission and in no token any more',
    () => keycloak.clients.updateRole({ id: apiId, roleName: role.name }, { ...role, attributes }),
  );
}
