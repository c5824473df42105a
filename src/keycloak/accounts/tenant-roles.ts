import { z } from 'zod';
import { names, tenantRoleAttributes } from '../../names.ts';
import { allPages } from '../../pages.ts';
import type { Gateway } from '../../service-accounts/gateway.ts';
import type { BoundCalls } from '../calls/bound-calls.ts';
import type { ReadFence } from './read-fence.ts';
import type { RealmObjects, RoleReference } from './realm-objects.ts';
import { readRolePastCache } from './role-search.ts';

const rolesPerPage = 1_000;
const roleReference = z.object({ id: z.string(), name: z.string() });
const roleWithAttributes = z.object({ attributes: z.record(z.string(), z.array(z.string())).default({}) });

export interface TenantRoles extends Pick<Gateway, 'tenants' | 'isTenantOff' | 'setTenantOff'> {
  /** The tenant's role, made if it is not there. */
  ensureTenantRole(tenantId: string): Promise<RoleReference>;
}

/**
 * A tenant as its role of `orki-tenants`: mapped to an account's user, it puts the tenant into the account's tokens, and
 * its attribute says since when the operator has switched the tenant off.
 */
export function tenantRoles(
  { call }: BoundCalls,
  realm: Pick<RealmObjects, 'clientUuid' | 'tenantRole'>,
  { isNeeded: isCacheOld }: Pick<ReadFence, 'isNeeded'>,
): TenantRoles {
  const rolesPath = async () => `/clients/${await realm.clientUuid(names.tenantsClient)}/roles`;
  const read = async (tenantId: string) =>
    ({
      operation: 'read tenant',
      method: 'GET',
      path: `${await rolesPath()}/${tenantId}`,
      expected: [404],
    }) as const;

  const readCached = async (tenantId: string): Promise<unknown> => {
    const { status, body } = await call(await read(tenantId));
    return status === 404 ? undefined : body;
  };

  const representation = (tenantId: string, attributes: Record<string, string[]>) => ({
    name: tenantId,
    description: `Puts tenant_id "${tenantId}" into access tokens.`,
    attributes,
  });

  /** Another request made it a moment ago (409), or makes it at the same moment (500, from Keycloak's database). */
  const make = async (tenantId: string, attributes: Record<string, string[]> = {}) =>
    call({
      operation: 'make tenant role',
      method: 'POST',
      path: await rolesPath(),
      body: representation(tenantId, attributes),
      expected: [409, 500],
    });

  return {
    ensureTenantRole: (tenantId) =>
      realm.tenantRole(tenantId, async () => {
        const wanted = await read(tenantId);
        let answer = await call(wanted);
        if (answer.status === 404) {
          await make(tenantId);
          answer = await call({ ...wanted, expected: [] });
        }
        return roleReference.parse(answer.body);
      }),

    async tenants() {
      const path = await rolesPath();
      const readPage = async (range: object) => {
        const answer = await call({ operation: 'list tenants', method: 'GET', path, query: { ...range } });
        return z.array(roleReference).parse(answer.body);
      };
      return (await Array.fromAsync(allPages(readPage, rolesPerPage))).map(({ name }) => name);
    },

    async isTenantOff(tenantId) {
      const role = isCacheOld
        ? await readRolePastCache(call, 'read tenant', await rolesPath(), tenantId)
        : await readCached(tenantId);
      return (
        role !== undefined &&
        roleWithAttributes.parse(role).attributes[tenantRoleAttributes.offSince] !== undefined
      );
    },

    async setTenantOff(tenantId, since) {
      const attributes = since === null ? {} : { [tenantRoleAttributes.offSince]: [since] };
      const put = {
        operation: 'switch tenant',
        method: 'PUT',
        path: `${await rolesPath()}/${tenantId}`,
        body: representation(tenantId, attributes),
      } as const;
      const answer = await call({ ...put, expected: [404] });
      if (answer.status !== 404) return;
      // The tenant never had an account; its first one must not be made either.
      if ((await make(tenantId, attributes)).status >= 300) await call(put);
    },
  };
}
