import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { ServiceError } from '../../errors.ts';
import { keycloakUnavailable } from '../../errors.ts';
import { names, roleAttributes } from '../../names.ts';
import type { Catalogue, PermissionGroup } from '../../permissions/catalogue.ts';
import type { AdminApi } from '../calls/admin-api.ts';
import { KeycloakFailure } from '../calls/failures.ts';
import { secretRotationProbe } from './secret-rotation.ts';

/** A role as role mappings name it. */
export interface RoleReference {
  readonly id: string;
  readonly name: string;
}

/** The catalogue together with the ids of the roles behind it. */
interface ProvisionedCatalogue {
  readonly catalogue: Catalogue;
  readonly roles: ReadonlyMap<string, RoleReference>;
  readonly readAt: number;
}

const catalogueLifeMs = 30_000;
const freshForMs = 2_000;

const roleSchema = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string().optional(),
  attributes: z.record(z.string(), z.array(z.string())).default({}),
});
type Role = z.infer<typeof roleSchema>;

/** Keycloak's ids of what provisioning made, looked up once and kept, and the catalogue, kept for half a minute. */
export interface RealmObjects {
  /** Keycloak's UUID of one of the product's own clients. */
  clientUuid(clientId: string): Promise<string>;
  catalogue(maxAgeMs: number): Promise<ProvisionedCatalogue>;
  /** The service-account user of an account's client, for which `find` asks when it is not known yet. */
  userOf(accountId: string, find: () => Promise<string>): Promise<string>;
  /** That user, if it is known and the account was seen to be this tenant's. */
  userIn(tenantId: string, accountId: string): string | undefined;
  /** Takes note of the tenant that an account was seen to be of. */
  rememberTenant(accountId: string, tenantId: string): void;
  forgetUser(accountId: string): void;
  /** The role of a tenant on `orki-tenants`, for which `ensure` asks when it is not known yet. */
  tenantRole(tenantId: string, ensure: () => Promise<RoleReference>): Promise<RoleReference>;
  forgetTenantRole(tenantId: string): void;
  /** Whether Keycloak keeps two secrets and ends them on time; see `secretRotationProbe`. */
  canRotateSecrets(): Promise<boolean>;
}

export const catalogueAge = { usual: catalogueLifeMs, fresh: freshForMs } as const;

/**
 * Shared by all requests, so its own calls to Keycloak are bounded by time alone and not by the request that happens
 * to need them first.
 */
export function createRealmObjects(api: AdminApi, callTimeoutMs: number): RealmObjects {
  const clientUuids = new Map<string, string>();
  const users = new LRUCache<string, string>({ max: 10_000 });
  const tenants = new LRUCache<string, string>({ max: 10_000 });
  const tenantRoles = new LRUCache<string, RoleReference>({ max: 10_000 });
  let known: ProvisionedCatalogue | undefined;
  let underWay: Promise<ProvisionedCatalogue> | undefined;
  const deadline = () => AbortSignal.timeout(callTimeoutMs);

  async function clientUuid(clientId: string): Promise<string> {
    const cached = clientUuids.get(clientId);
    if (cached !== undefined) return cached;
    const operation = `find client ${clientId}`;
    const answer = await api({ operation, method: 'GET', path: '/clients', query: { clientId } }, deadline());
    const [client] = z.array(z.object({ id: z.string(), clientId: z.string() })).parse(answer.body);
    if (client?.clientId !== clientId) throw notProvisioned(operation);
    clientUuids.set(clientId, client.id);
    return client.id;
  }

  async function readCatalogue(): Promise<ProvisionedCatalogue> {
    const path = `/clients/${await clientUuid(names.apiClient)}/roles`;
    const [all, agent] = await Promise.all([
      api(
        { operation: 'read catalogue', method: 'GET', path, query: { briefRepresentation: false } },
        deadline(),
      ),
      api(
        {
          operation: 'read mode agent',
          method: 'GET',
          path: `${path}/${names.modeRoles.agent}/composites`,
          expected: [404],
        },
        deadline(),
      ),
    ]);
    if (agent.status === 404) throw notProvisioned('read mode agent');
    const roles = z.array(roleSchema).parse(all.body);
    const agentRoles = z.array(roleSchema).parse(agent.body);
    known = { ...catalogueOf(roles, agentRoles), readAt: Date.now() };
    return known;
  }

  return {
    clientUuid,
    async catalogue(maxAgeMs) {
      if (known !== undefined && Date.now() - known.readAt < maxAgeMs) return known;
      underWay ??= readCatalogue().finally(() => {
        underWay = undefined;
      });
      return underWay;
    },
    userOf: (accountId, find) => cachedIn(users, accountId, find),
    userIn: (tenantId, accountId) => (tenants.get(accountId) === tenantId ? users.get(accountId) : undefined),
    rememberTenant: (accountId, tenantId) => void tenants.set(accountId, tenantId),
    forgetUser(accountId) {
      users.delete(accountId);
      tenants.delete(accountId);
    },
    tenantRole: (tenantId, ensure) => cachedIn(tenantRoles, tenantId, ensure),
    forgetTenantRole: (tenantId) => void tenantRoles.delete(tenantId),
    canRotateSecrets: secretRotationProbe(api, callTimeoutMs),
  };
}

async function cachedIn<Value extends {}>(
  cache: LRUCache<string, Value>,
  key: string,
  find: () => Promise<Value>,
): Promise<Value> {
  const cached = cache.get(key);
  if (cached !== undefined) return cached;
  const found = await find();
  cache.set(key, found);
  return found;
}

/** A role is a permission when provisioning gave it a group; roles that others made on the client are none. */
function catalogueOf(roles: readonly Role[], agentRoles: readonly Role[]) {
  const permissions = roles
    .filter((role) => role.attributes[roleAttributes.group] !== undefined)
    .sort((a, b) => order(a) - order(b));
  const groups = Map.groupBy(permissions, (role) => first(role, roleAttributes.group));
  const agent = new Set(agentRoles.map((role) => role.name));
  const permissionSet = permissions.map((role) => role.name);
  return {
    catalogue: {
      groups: [...groups].map(([name, members]) => groupOf(name, members)),
      included: {
        admin: new Set(
          permissions
            .filter((role) => first(role, roleAttributes.excludedFromAdmin) !== 'true')
            .map((role) => role.name),
        ),
        agent: new Set(permissionSet.filter((name) => agent.has(name))),
      },
    },
    roles: new Map(roles.map(({ id, name }) => [name, { id, name }])),
  };
}

function groupOf(name: string, members: readonly Role[]): PermissionGroup {
  const [leader] = members;
  return {
    name,
    label: (leader && first(leader, roleAttributes.groupLabel)) || name,
    permissions: members.map((role) => ({
      name: role.name,
      label: first(role, roleAttributes.label) || role.name,
      description: role.description ?? '',
    })),
  };
}

const first = (role: Role, attribute: string): string => role.attributes[attribute]?.[0] ?? '';
const order = (role: Role): number => Number(first(role, roleAttributes.order)) || 0;

function notProvisioned(operation: string): ServiceError {
  return keycloakUnavailable(new KeycloakFailure(operation, { upstream: 'not there: run the provisioning' }));
}
