import { z } from 'zod';
import { allPages } from '../../pages.ts';
import type { BoundCalls } from '../calls/bound-calls.ts';

const rolesPerPage = 1_000;
const named = z.array(z.looseObject({ id: z.string(), name: z.string() }));

/**
 * A role of a client with its attributes, or undefined. Keycloak answers a search from its database, where it takes a role
 * that is asked for by its name from the cache of the node.
 * @param path the client's roles
 */
export async function readRolePastCache(
  call: BoundCalls['call'],
  operation: string,
  path: string,
  name: string,
): Promise<unknown> {
  const readPage = async (range: object) => {
    const query = { search: name, briefRepresentation: false, ...range };
    return named.parse((await call({ operation, method: 'GET', path, query })).body);
  };
  for await (const role of allPages(readPage, rolesPerPage)) if (role.name === name) return role;
  return undefined;
}
