import type MappingsRepresentation from '@keycloak/keycloak-admin-client/lib/defs/mappingsRepresentation.js';
import type { Comparison } from './comparison.ts';
import type { StoredRole } from './lookups.ts';

/** How the roles of one place (a scope, a client's scope, a user) are changed: Keycloak does it per container. */
export interface RoleChanges {
  addOfClient: (clientUuid: string, roles: StoredRole[]) => Promise<void>;
  removeOfClient: (clientUuid: string, roles: StoredRole[]) => Promise<void>;
  removeOfRealm: (roles: StoredRole[]) => Promise<void>;
}

/** Compares the roles at a place with the client roles that have to be there, all of them and no other. */
export function compareRoleSet(
  comparison: Comparison,
  what: string,
  wanted: StoredRole[],
  found: StoredRole[],
  changes: RoleChanges,
): void {
  const { missing, surplus } = roleDifference(wanted, found);
  comparison.updates(what, describe(missing, surplus), async () => {
    // Taking away comes first, so that what dies half-way has too little rather than too much.
    for (const [container, roles] of byContainer(surplus)) {
      if (roles[0]?.clientRole) await changes.removeOfClient(container, roles);
      else await changes.removeOfRealm(roles);
    }
    for (const [container, roles] of byContainer(missing)) await changes.addOfClient(container, roles);
  });
}

/** Which roles are missing and which are too many, told apart by id. */
export function roleDifference(wanted: StoredRole[], found: StoredRole[]) {
  const without = (roles: StoredRole[], others: StoredRole[]) =>
    roles.filter((role) => !others.some(({ id }) => id === role.id));
  return { missing: without(wanted, found), surplus: without(found, wanted) };
}

/** One line each for what is missing and what is too many. */
export function describe(missing: StoredRole[], surplus: StoredRole[]): string[] {
  const list = (roles: StoredRole[]) => roles.map(({ name }) => name).join(', ');
  return [
    ...(missing.length > 0 ? [`lacks ${list(missing)}`] : []),
    ...(surplus.length > 0 ? [`has ${list(surplus)} too many`] : []),
  ];
}

/** The roles in Keycloak's answer about mappings, whichever client or realm they belong to. */
export function mappedRoles(mappings: MappingsRepresentation): StoredRole[] {
  const ofClients = Object.values(mappings.clientMappings ?? {}) as { mappings?: StoredRole[] }[];
  return [
    ...((mappings.realmMappings ?? []) as StoredRole[]),
    ...ofClients.flatMap((client) => client.mappings ?? []),
  ];
}

function byContainer(roles: StoredRole[]): Map<string, StoredRole[]> {
  return Map.groupBy(roles, (role) => role.containerId ?? '');
}
