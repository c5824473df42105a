import { names } from '../../../names.ts';
import type { Step } from '../comparison.ts';
import { clientRoles, findClient } from '../lookups.ts';
import { type AdminPermission, findPermissionStore } from '../permission-store.ts';
import { isOurs } from '../service-permissions.ts';

/**
 * Keycloak lets every permission that applies have its say and refuses when one does: a grant to their people is a
 * refusal of the service, and the service's a refusal of their people. Where that would happen nothing is changed.
 */
export const foreignPermissions: Step = {
  name: "others' admin permissions",
  async compare(target, comparison) {
    const store = await findPermissionStore(target);
    if (!store) return;
    const api = await findClient(target, names.apiClient);
    const apiRoles = api ? await clientRoles(target, api) : [];
    const foreign = (await store.permissions()).filter(({ name }) => !isOurs(name));
    for (const permission of foreign) {
      if (!excludesOurs(permission, new Set(apiRoles.map(({ id }) => id)))) comparison.unchanged += 1;
      else {
        comparison.finding(
          `the admin permission "${permission.name}" (${permission.resourceType}) of this realm can't stand beside the service's: Keycloak would refuse both; grant realm-management roles instead, or narrow it to single users, groups or roles`,
          { blocking: true },
        );
      }
    }
  },
};

/** As measured on 26.7.4; what is not named here goes on working on both sides. */
function excludesOurs({ resourceType, resources, scopes }: AdminPermission, apiRoles: Set<string>): boolean {
  const forAll = resources.length === 0;
  switch (resourceType) {
    case 'Clients':
      // For all of them the scope does not even matter, and single ones are on the service's deny list.
      return true;
    case 'Users':
      return forAll;
    case 'Groups':
      // These reach users by way of their groups, and lose against a permission for all users.
      return scopes.some((scope) => scope.endsWith('-members'));
    case 'Roles':
      return scopes.includes('map-role') && (forAll || resources.some(({ id }) => apiRoles.has(id)));
    default:
      return false;
  }
}
