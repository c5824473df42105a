import { names } from '../keycloak/names.ts';
import { type Catalogue, inCatalogueOrder, type Mode, permissionNames } from './catalogue.ts';

const { modeRoles } = names;

/** A mode and, for custom, its permissions: what a caller asks for and what an account has. */
export interface Grant {
  readonly mode: Mode;
  readonly permissions: readonly string[];
}

/** The `orki-api` roles that are mapped to an account's user for a grant. */
export function rolesOf(grant: Grant): string[] {
  return grant.mode === 'custom' ? [...grant.permissions] : [modeRoles[grant.mode]];
}

/**
 * The grant that roles mapped in Keycloak amount to. Anything that is not exactly one of the two fixed modes, such as
 * a role that an administrator added in Keycloak's console, is custom.
 */
export function grantOf(roles: readonly string[], catalogue: Catalogue): Grant {
  if (roles.length === 1 && roles[0] === modeRoles.admin) return { mode: 'admin', permissions: [] };
  if (roles.length === 1 && roles[0] === modeRoles.agent) return { mode: 'agent', permissions: [] };
  return { mode: 'custom', permissions: inCatalogueOrder(catalogue, expand(roles, catalogue)) };
}

/** The permissions that roles give, with the two modes' roles taken apart; roles of others stay as they are. */
export function expand(roles: readonly string[], catalogue: Catalogue): string[] {
  const expanded = roles.flatMap((role) => {
    if (role === modeRoles.admin) return permissionNames(catalogue);
    if (role === modeRoles.agent) return [...catalogue.included.agent];
    return [role];
  });
  return [...new Set(expanded)];
}
