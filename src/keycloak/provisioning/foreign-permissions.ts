import type { AdminPermission, StoredPermission } from './permission-store.ts';
import { ownPrefix } from './service-permissions.ts';

/**
 * The fine-grained admin permissions of others that can't stand beside ours. Keycloak wants *every* permission of
 * a kind to agree: their grant to their people refuses the service, and ours refuses their people.
 */
export function conflictingPermissions(all: StoredPermission[], desired: AdminPermission[]): string[] {
  const foreign = all.filter(({ name }) => !name.startsWith(ownPrefix));
  return foreign
    .filter((theirs) => desired.some((ours) => overlap(theirs, ours)))
    .map(({ name, resourceType }) => `${name} (${resourceType})`);
}

function overlap(theirs: AdminPermission, ours: AdminPermission): boolean {
  if (theirs.resourceType !== ours.resourceType) return false;
  if (!theirs.scopes.some((scope) => ours.scopes.includes(scope))) return false;
  // A grant for single resources goes before a refusal for all of them, so only like meets like.
  const bothAll = theirs.resources.length === 0 && ours.resources.length === 0;
  return bothAll || theirs.resources.some(({ id }) => ours.resources.some((resource) => resource.id === id));
}
