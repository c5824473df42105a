import { ServiceError } from '../errors.ts';
import type { Caller } from '../permissions/caller.ts';

export type ServiceAccountPermission =
  | 'service-accounts:read'
  | 'service-accounts:write'
  | 'service-accounts:rotate-own';

/** @throws {ServiceError} 403 when the token is not one of this tenant. */
export function requireTenant(caller: Caller, tenantId: string): void {
  if (caller.tenantId === tenantId) return;
  throw new ServiceError('wrong-tenant', {
    detail: `The access token is for the tenant ${caller.tenantId}, and the path names ${tenantId}.`,
  });
}

/**
 * @param permissions any one of them is enough to be heard
 * @throws {ServiceError} 403 naming the first, which opens the route without conditions.
 */
export function requirePermission(caller: Caller, permissions: readonly ServiceAccountPermission[]): void {
  if (permissions.some((permission) => caller.roles.has(permission))) return;
  throw new ServiceError('permission-missing', { detail: `This needs the permission ${permissions[0]}.` });
}
