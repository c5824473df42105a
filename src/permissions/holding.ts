import { ServiceError } from '../errors.ts';
import { names } from '../names.ts';
import type { Caller } from './caller.ts';
import { type Catalogue, permissionNames } from './catalogue.ts';

const { admin: adminRole, agent: agentRole } = names.modeRoles;

/**
 * Whether the caller holds all that a role of `orki-api` gives, and so may hand it on. A holder of mode admin may
 * hand on each permission of the catalogue, one that was added after the token was issued and one that the mode does not
 * include too; any other role, such as one that somebody made in Keycloak's console, has to be in the token itself.
 */
export function holdsRole(caller: Caller, catalogue: Catalogue, role: string): boolean {
  if (caller.roles.has(role)) return true;
  if (!caller.roles.has(adminRole)) return false;
  return role === agentRole || permissionNames(catalogue).includes(role);
}

/**
 * Nobody grants, regenerates, activates or deletes beyond what they hold.
 * @throws {ServiceError} 403 naming the roles that the caller lacks.
 */
export function requireHolding(caller: Caller, catalogue: Catalogue, roles: readonly string[]): void {
  const lacking = roles.filter((role) => !holdsRole(caller, catalogue, role));
  if (lacking.length === 0) return;
  throw new ServiceError('permission-missing', {
    detail: `This needs rights that you do not hold yourself: ${lacking.join(', ')}.`,
  });
}
