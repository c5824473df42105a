import { names } from '../../../names.ts';
import { permissionNames } from '../catalogue.ts';
import type { Step } from '../comparison.ts';
import { requireClient, requireRoles, type StoredRole } from '../lookups.ts';
import { describe, roleDifference } from '../role-sets.ts';

/** What the modes include. A change here reaches the next token of every account that has the mode. */
export const modeRoles: Step = {
  name: 'mode roles',
  async compare(target, comparison) {
    const { keycloak, catalogue } = target;
    const api = await requireClient(target, names.apiClient);
    const modes = {
      [names.modeRoles.admin]: permissionNames(catalogue),
      [names.modeRoles.agent]: permissionNames(catalogue, 'agent'),
    };
    for (const [modeName, permissions] of Object.entries(modes)) {
      const [mode, ...wanted] = await requireRoles(target, api, [modeName, ...permissions]);
      if (!mode) continue;
      // Whatever else got into a mode would be granted with it, so it is taken out.
      const found = (await keycloak.roles.getCompositeRoles({ id: mode.id })) as StoredRole[];
      const { missing, surplus } = roleDifference(wanted, found);
      comparison.updates(`permissions in ${modeName}`, describe(missing, surplus), async () => {
        if (surplus.length > 0) await keycloak.roles.delCompositeRoles({ id: mode.id }, surplus);
        if (missing.length > 0) await keycloak.roles.createComposite({ roleId: mode.id }, missing);
      });
    }
  },
};
