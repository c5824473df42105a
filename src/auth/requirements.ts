import { ServiceError } from '../errors.ts';
import type { Caller } from '../permissions/caller.ts';

export type ServiceAccountPermission = 'service-accounts:read' | 'service-accounts:write';

/** @throws {ServiceError} 403 when the token is not one of this tenant. */
export function requireTenant(caller: Caller, tenantId: string): void {
  if (caller.tenantId !== tenantId) throw new ServiceError('wrong-tenant');
}

/** @throws {ServiceError} 403 naming the permission that the caller lacks. */
export function requirePermission(caller: Caller, permission: ServiceAccountPermission): void {
  if (caller.roles.has(permission)) return;
  throw new ServiceError('permission-missing', { detail: `This needs the permission ${permission}.` });
}
