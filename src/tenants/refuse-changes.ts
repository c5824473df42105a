import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ServiceError } from '../errors.ts';

/** Whether the operator has switched this tenant off, as Keycloak says now. */
export type IsTenantOff = (request: FastifyRequest) => Promise<boolean>;

/**
 * Refuses changes to the callers of a tenant that is switched off, deleting apart: whoever breached it must not get
 * around it, and an account that an administrator deactivates meanwhile would come back with the tenant. Reading goes on.
 */
export function refuseChangesOfTenantsThatAreOff(app: FastifyInstance, isOff: IsTenantOff): void {
  app.addHook('preHandler', async (request) => {
    if (request.method !== 'POST' && request.method !== 'PATCH') return;
    if (await isOff(request)) throw new ServiceError('tenant-off');
  });
}
