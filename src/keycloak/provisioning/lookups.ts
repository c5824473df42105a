import type ClientRepresentation from '@keycloak/keycloak-admin-client/lib/defs/clientRepresentation.js';
import type ClientScopeRepresentation from '@keycloak/keycloak-admin-client/lib/defs/clientScopeRepresentation.js';
import type RoleRepresentation from '@keycloak/keycloak-admin-client/lib/defs/roleRepresentation.js';
import { MissingPrerequisite, type Target } from './step.ts';

/** What Keycloak answers for an object that exists, where its types leave the keys optional. */
type Stored<T, K extends keyof T> = T & { [key in K]-?: NonNullable<T[key]> };
export type StoredClient = Stored<ClientRepresentation, 'id' | 'clientId'>;
export type StoredScope = Stored<ClientScopeRepresentation, 'id' | 'name'>;
export type StoredRole = Stored<RoleRepresentation, 'id' | 'name'>;

/** The realm's client with exactly this clientId, or undefined, also when there is no realm. */
export async function findClient({ keycloak }: Target, clientId: string): Promise<StoredClient | undefined> {
  // Keycloak ignores case here, and `search` would match parts.
  const found = (await keycloak.clients.find({ clientId }, { catchNotFound: true })) as StoredClient[] | null;
  return found?.find((client) => client.clientId === clientId);
}

/**
 * The realm's client with exactly this clientId.
 * @throws {MissingPrerequisite}
 */
export async function requireClient(target: Target, clientId: string): Promise<StoredClient> {
  const client = await findClient(target, clientId);
  if (!client) throw new MissingPrerequisite(`client ${clientId}`);
  return client;
}

/** The realm's client scope of this name, or undefined. */
export async function findClientScope({ keycloak }: Target, name: string): Promise<StoredScope | undefined> {
  const scopes = (await keycloak.clientScopes.find()) as StoredScope[];
  return scopes.find((scope) => scope.name === name);
}

/**
 * The realm's client scope of this name.
 * @throws {MissingPrerequisite}
 */
export async function requireClientScope(target: Target, name: string): Promise<StoredScope> {
  const scope = await findClientScope(target, name);
  if (!scope) throw new MissingPrerequisite(`client scope ${name}`);
  return scope;
}

/** All roles of a client with their attributes, which the brief representation leaves out. */
export async function listClientRoles({ keycloak }: Target, client: { id: string }): Promise<StoredRole[]> {
  // The admin client sends it along; its types don't know it.
  const inFull = { briefRepresentation: false };
  return (await keycloak.clients.listRoles({ id: client.id, ...inFull })) as StoredRole[];
}

/**
 * The roles of a client that have these names, in the same order.
 * @throws {MissingPrerequisite} when there is none of a name
 */
export async function requireClientRoles(
  target: Target,
  client: StoredClient,
  names: string[],
): Promise<StoredRole[]> {
  const roles = await listClientRoles(target, client);
  return names.map((name) => {
    const role = roles.find((candidate) => candidate.name === name);
    if (!role) throw new MissingPrerequisite(`role ${name} of ${client.clientId}`);
    return role;
  });
}
