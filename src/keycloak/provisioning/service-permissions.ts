import { names } from '../../names.ts';
import { listClientRoles, requireClient, requireClientRoles } from './lookups.ts';
import { grantableRoleNames } from './permission-file.ts';
import type { AdminPermission } from './permission-store.ts';
import { listProtectedClients } from './protected-clients.ts';
import { isRetired } from './retired-roles.ts';
import type { Target } from './step.ts';

/** Policies and permissions of this prefix are provisioning's own; all others are left alone. */
const ownPrefix = 'orki ';

/** Whether a policy or permission of this name is provisioning's own. */
export const hasOwnPrefix = (name: string) => name.startsWith(ownPrefix);

export const servicePolicy = `${ownPrefix}service`;
export const othersPolicy = `${ownPrefix}everyone but the service`;
export const nobodyPolicy = `${ownPrefix}nobody`;

const grantedToService = [servicePolicy];
/**
 * No one passes all of these. The second alone would do to stop the service, but it would also *grant* the permission
 * to everybody else: Keycloak evaluates these for any token of the realm, and a person without a single role could
 * then read the secrets of the protected clients. The third alone would stop everybody, but lists are filtered by
 * policies that name users only. With all three the permission stays shut when somebody deletes one of them.
 */
const deniedToAll = [servicePolicy, othersPolicy, nobodyPolicy];

/**
 * What the running service must not reach, and everything that it may do in the realm; in this order, so that it is
 * shut out before it is let in.
 * @throws {MissingPrerequisite} while clients or roles that they name are missing
 */
export async function desiredPermissions(target: Target): Promise<AdminPermission[]> {
  const api = await requireClient(target, names.apiClient);
  const tenants = await requireClient(target, names.tenantsClient);
  const mappable = [...grantableRoleNames(target.permissionFile), names.fenceRole];
  const grantable = await requireClientRoles(target, api, mappable);
  const retired = (await listClientRoles(target, api)).filter(isRetired);
  const offLimits = await listProtectedClients(target);
  const mapping = ['map-roles', 'map-roles-client-scope', 'map-roles-composite'];

  return [
    {
      name: `${ownPrefix}protected clients`,
      resourceType: 'Clients',
      resources: offLimits.map(({ id, clientId }) => ({ id, name: clientId })),
      scopes: ['view', 'manage', ...mapping],
      policies: deniedToAll,
    },
    {
      // Its roles are read to be granted one by one; see below.
      name: `${ownPrefix}api client`,
      resourceType: 'Clients',
      resources: [{ id: api.id, name: api.clientId }],
      scopes: ['manage', ...mapping],
      policies: deniedToAll,
    },
    {
      name: `${ownPrefix}clients`,
      resourceType: 'Clients',
      resources: [],
      scopes: ['view', 'manage'],
      policies: grantedToService,
    },
    {
      // Any tenant's role, also those made later, may be mapped to an account and let into its token.
      name: `${ownPrefix}tenants`,
      resourceType: 'Clients',
      resources: [{ id: tenants.id, name: tenants.clientId }],
      scopes: ['map-roles', 'map-roles-client-scope'],
      policies: grantedToService,
    },
    {
      name: `${ownPrefix}users`,
      resourceType: 'Users',
      resources: [],
      scopes: ['view', 'map-roles'],
      policies: grantedToService,
    },
    {
      // Retired ones too: what can't be mapped can't be taken away either.
      name: `${ownPrefix}permissions`,
      resourceType: 'Roles',
      resources: [...grantable, ...retired].map(({ id, name }) => ({ id, name })),
      scopes: ['map-role'],
      policies: grantedToService,
    },
  ];
}
