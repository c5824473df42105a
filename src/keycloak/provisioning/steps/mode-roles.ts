import { names } from '../../../names.ts';
import { update } from '../comparison.ts';
import { requireClient, requireClientRoles, type StoredRole } from '../lookups.ts';
import { permissionNames } from '../permission-file.ts';
import { roleDifference } from '../role-sets.ts';
import type { Step } from '../step.ts';

/** What the modes include. A change here reaches the next token of every account that has the mode. */
export const modeRoles: Step = {
  name: 'mode roles',
  async *compare(target) {
    const { keycloak, permissionFile } = target;
    const api = await requireClient(target, names.apiClient);
    const modes = {
      [names.modeRoles.admin]: permissionNames(permissionFile, 'admin'),
      [names.modeRoles.agent]: permissionNames(permissionFile, 'agent'),
    };
    for (const [modeName, permissions] of Object.entries(modes)) {
      const [mode, ...wanted] = await requireClientRoles(target, api, [modeName, ...permissions]);
      if (!mode) continue;
      // Whatever else got into a mode would be granted with it, so it is taken out.
      const found = (await keycloak.roles.getCompositeRoles({ id: mode.id })) as StoredRole[];
      const { missing, surplus, mismatches } = roleDifference(wanted, found);
      yield update(`permissions in ${modeName}`, mismatches, async () => {
        if (surplus.length > 0) await keycloak.roles.delCompositeRoles({ id: mode.id }, surplus);
        if (missing.length > 0) await keycloak.roles.createComposite({ roleId: mode.id }, missing);
      });
    }
  },
};
