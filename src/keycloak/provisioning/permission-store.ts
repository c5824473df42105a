import type PolicyRepresentation from '@keycloak/keycloak-admin-client/lib/defs/policyRepresentation.js';
import { DecisionStrategy, Logic } from '@keycloak/keycloak-admin-client/lib/defs/policyRepresentation.js';
import { allPages } from '../../pages.ts';
import { findClient } from './lookups.ts';
import { MissingPrerequisite, type Target } from './step.ts';

/** The client in which Keycloak keeps a realm's fine-grained admin permissions. */
const permissionsClient = 'admin-permissions';

/** A client, role or user that a permission is about: the object's own id, and what a person calls it. */
export interface Resource {
  id: string;
  name: string;
}

/** A fine-grained admin permission. */
export interface AdminPermission {
  name: string;
  resourceType: string;
  /** Empty stands for all resources of the type. */
  resources: Resource[];
  scopes: string[];
  /** By name. */
  policies: string[];
}

export interface StoredPermission extends AdminPermission {
  id: string;
  logic: Logic | undefined;
}

export interface UserPolicy {
  name: string;
  logic: Logic;
  users: string[];
}

/**
 * The realm's fine-grained admin permissions.
 * @throws {MissingPrerequisite} while there can be none
 */
export async function requirePermissionStore(target: Target): Promise<PermissionStore> {
  const store = await findPermissionStore(target);
  if (!store) throw new MissingPrerequisite(`client ${permissionsClient}`);
  return store;
}

/** The realm's fine-grained admin permissions and their policies; undefined while there can be none. */
export async function findPermissionStore(target: Target) {
  const { keycloak } = target;
  const client = await findClient(target, permissionsClient);
  if (!client) return undefined;
  const id = client.id;

  return {
    policies: async () => {
      const found = allPages((range) =>
        keycloak.clients
          .listPolicies({ id, permission: 'false', ...range })
          .then((policies) => policies || []),
      );
      return (await Array.fromAsync(found)).map(
        ({ id: policyId = '', name = '', type = '', logic, config }) => ({
          id: policyId,
          name,
          type,
          logic,
          users: JSON.parse(config?.users ?? '[]') as string[],
        }),
      );
    },
    createPolicy: (policy: UserPolicy) => keycloak.clients.createPolicy({ id, type: 'user' }, policy),
    updatePolicy: (policyId: string, policy: UserPolicy) =>
      keycloak.clients.updatePolicy({ id, type: 'user', policyId }, policy),
    removePolicy: (policyId: string) => keycloak.clients.delPolicy({ id, policyId }),

    permissions: async () => {
      const found = allPages((range) => keycloak.clients.findPermissions({ id, ...range }));
      return Promise.all(
        (await Array.fromAsync(found)).map((permission) => readPermission(target, id, permission)),
      );
    },
    createPermission: (permission: AdminPermission, policyIds: string[]) =>
      keycloak.clients.createPermission({ id, type: 'scope' }, representation(permission, policyIds)),
    updatePermission: (permissionId: string, permission: AdminPermission, policyIds: string[]) =>
      keycloak.clients.updatePermission(
        { id, type: 'scope', permissionId },
        representation(permission, policyIds),
      ),
    removePermission: (permissionId: string) =>
      keycloak.clients.delPermission({ id, type: 'scope', permissionId }),
  };
}

export type PermissionStore = NonNullable<Awaited<ReturnType<typeof findPermissionStore>>>;

function representation(permission: AdminPermission, policyIds: string[]) {
  return {
    ...permission,
    resources: permission.resources.map(({ id }) => id),
    policies: policyIds,
    logic: Logic.POSITIVE,
    // The only strategy that Keycloak takes here.
    decisionStrategy: DecisionStrategy.UNANIMOUS,
  };
}

async function readPermission(
  { keycloak }: Target,
  id: string,
  listed: PolicyRepresentation,
): Promise<StoredPermission> {
  const key = { id, permissionId: listed.id ?? '' };
  const [resources, scopes, policies] = await Promise.all([
    keycloak.clients.getAssociatedResources(key) as Promise<{ name: string; displayName?: string }[]>,
    keycloak.clients.getAssociatedScopes(key),
    keycloak.clients.getAssociatedPolicies(key),
  ]);
  return {
    id: key.permissionId,
    name: listed.name ?? '',
    logic: listed.logic,
    resourceType: listed.resourceType ?? '',
    // "All" is stored as one resource that is named like its type; any other is named by the id of its object.
    resources: resources
      .filter(({ name }) => name !== listed.resourceType)
      .map(({ name, displayName }) => ({ id: name, name: displayName ?? name })),
    scopes: scopes.map(({ name = '' }) => name),
    policies: policies.map(({ name = '' }) => name),
  };
}
