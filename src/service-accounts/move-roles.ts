import type { Catalogue } from '../permissions/catalogue.ts';
import { permissionsOfRoles } from '../permissions/roles.ts';
import type { Gateway } from './gateway.ts';

/**
 * Moves an account's mapped roles to exactly `wanted`, never above the greater of old and new: what takes anything away
 * revokes first, a pure gain grants first.
 */
export async function moveRoles(
  gateway: Gateway,
  catalogue: Catalogue,
  id: string,
  mapped: readonly string[],
  wanted: readonly string[],
): Promise<void> {
  const revoke = () => ifAny(without(mapped, wanted), (roles) => gateway.revokeRoles(id, roles));
  const grant = () => ifAny(without(wanted, mapped), (roles) => gateway.grantRoles(id, roles));
  const after = new Set(permissionsOfRoles(wanted, catalogue));
  const takesAway = permissionsOfRoles(mapped, catalogue).some((permission) => !after.has(permission));
  for (const step of takesAway ? [revoke, grant] : [grant, revoke]) await step();
}

const without = (roles: readonly string[], others: readonly string[]) =>
  roles.filter((role) => !others.includes(role));

async function ifAny(roles: readonly string[], act: (roles: readonly string[]) => Promise<void>) {
  if (roles.length > 0) await act(roles);
}
