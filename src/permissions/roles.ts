import { names } from '../names.ts';
import { type Catalogue, inCatalogueOrder, type Mode } from './catalogue.ts';

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
 * The grant that roles mapped in Keycloak amount to: a fixed mode whose role is among them and that gives all that they
 * give, also while a change of mode has left a role beside it that adds nothing; else, such as with a role that an
 * administrator added in Keycloak's console, custom.
 */
export function grantOf(roles: readonly string[], catalogue: Catalogue): Grant {
  const given = permissionsOfRoles(roles, catalogue);
  for (const mode of ['admin', 'agent'] as const) {
    const included = new Set(permissionsOfRoles([modeRoles[mode]], catalogue));
    const isAll = given.every((permission) => included.has(permission));
    if (roles.includes(modeRoles[mode]) && isAll) return { mode, permissions: [] };
  }
  return { mode: 'custom', permissions: inCatalogueOrder(catalogue, given) };
}

/** Of mapped roles that amount to this grant, those that add nothing to its mode; a custom grant has none. */
export function redundantRoles(roles: readonly string[], grant: Grant): string[] {
  const { mode } = grant;
  return mode === 'custom' ? [] : roles.filter((role) => role !== modeRoles[mode]);
}

/** The permissions that roles give, with the two modes' roles taken apart; roles of others stay as they are. */
export function permissionsOfRoles(roles: readonly string[], catalogue: Catalogue): string[] {
  const expanded = roles.flatMap((role) => {
    if (role === modeRoles.admin) return [...catalogue.included.admin];
    if (role === modeRoles.agent) return [...catalogue.included.agent];
    return [role];
  });
  return [...new Set(expanded)];
}
