import type MappingsRepresentation from '@keycloak/keycloak-admin-client/lib/defs/mappingsRepresentation.js';
import { type Comparison, update } from './comparison.ts';
import type { StoredRole } from './lookups.ts';

/** How the roles of one place (a scope, a client's scope, a user) are changed: Keycloak does it per container. */
export interface RoleChanges {
  readonly addOfClient: (clientUuid: string, roles: StoredRole[]) => Promise<void>;
  readonly removeOfClient: (clientUuid: string, roles: StoredRole[]) => Promise<void>;
  readonly removeOfRealm: (roles: StoredRole[]) => Promise<void>;
}

/** Compares the roles at a place with the client roles that have to be there, all of them and no other. */
export function compareRoleSet(
  what: string,
  wanted: StoredRole[],
  found: StoredRole[],
  changes: RoleChanges,
): Comparison {
  const { missing, surplus, mismatches } = roleDifference(wanted, found);
  return update(what, mismatches, async () => {
    // Taking away comes first, so that what dies half-way has too little rather than too much.
    for (const [container, roles] of byContainer(surplus)) {
      if (roles[0]?.clientRole) await changes.removeOfClient(container, roles);
      else await changes.removeOfRealm(roles);
    }
    for (const [container, roles] of byContainer(missing)) await changes.addOfClient(container, roles);
  });
}

/** Which roles are missing and which are too many, told apart by id, and a line for each of both. */
export function roleDifference(wanted: StoredRole[], found: StoredRole[]) {
  const without = (roles: StoredRole[], others: StoredRole[]) =>
    roles.filter((role) => !others.some(({ id }) => id === role.id));
  const missing = without(wanted, found);
  const surplus = without(found, wanted);
  const list = (roles: StoredRole[]) => roles.map(({ name }) => name).join(', ');
  const mismatches = [
    ...(missing.length > 0 ? [`lacks ${list(missing)}`] : []),
    ...(surplus.length > 0 ? [`has ${list(surplus)} too many`] : []),
  ];
  return { missing, surplus, mismatches };
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
