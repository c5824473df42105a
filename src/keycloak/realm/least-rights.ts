import { decodeJwt } from 'jose';
import { z } from 'zod';
import { keycloakUnavailable } from '../../errors.ts';
import { names } from '../../names.ts';
import { KeycloakFailure } from '../calls/failures.ts';

const needed = [
  ...names.serviceAdminRoles.map((role) => `${names.managementClient}/${role}`),
  `${names.serviceClient}/${names.makerRole}`,
];

const roles = z.object({ roles: z.array(z.string()).default([]) });
const claims = z.object({
  realm_access: roles.optional(),
  resource_access: z.record(z.string(), roles).default({}),
});

/**
 * Makes sure that the service's own token holds the query roles that it needs, the role by which client policies know
 * it, and no other role of the realm: what it may do with clients and users stands in the fine-grained permissions, and
 * an administrator's role would go round them.
 * @throws {ServiceError} 503 naming, for the log, the roles that are missing or too many.
 */
export function requireLeastRights(token: string): void {
  const { realm_access: realm, resource_access: clients } = claims.parse(decodeJwt(token));
  const held = [
    ...(realm?.roles ?? []),
    ...Object.entries(clients).flatMap(([client, { roles }]) => roles.map((role) => `${client}/${role}`)),
  ];
  const lacking = needed.filter((role) => !held.includes(role)).map((role) => `lacks ${role}`);
  const surplus = held.filter((role) => !needed.includes(role)).map((role) => `has ${role} too many`);
  const upstream = [...lacking, ...surplus].join('; ');
  if (upstream !== '') throw keycloakUnavailable(new KeycloakFailure('look at own token', { upstream }));
}
