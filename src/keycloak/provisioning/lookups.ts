import type ClientRepresentation from '@keycloak/keycloak-admin-client/lib/defs/clientRepresentation.js';
import type ClientScopeRepresentation from '@keycloak/keycloak-admin-client/lib/defs/clientScopeRepresentation.js';
import type RoleRepresentation from '@keycloak/keycloak-admin-client/lib/defs/roleRepresentation.js';
import { NotThereYet, type Target } from './comparison.ts';

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

/** Like findClient, but throws NotThereYet. */
export async function requireClient(target: Target, clientId: string): Promise<StoredClient> {
  const client = await findClient(target, clientId);
  if (!client) throw new NotThereYet(`client ${clientId}`);
  return client;
}

/** The realm's client scope of this name, or undefined. */
export async function findClientScope({ keycloak }: Target, name: string): Promise<StoredScope | undefined> {
  const scopes = (await keycloak.clientScopes.find()) as StoredScope[];
  return scopes.find((scope) => scope.name === name);
}

/** Like findClientScope, but throws NotThereYet. */
export async function requireClientScope(target: Target, name: string): Promise<StoredScope> {
  const scope = await findClientScope(target, name);
  if (!scope) throw new NotThereYet(`client scope ${name}`);
  return scope;
}

/** All roles of a client with their attributes, which the brief representation leaves out. */
export async function clientRoles({ keycloak }: Target, client: { id: string }): Promise<StoredRole[]> {
  const full = { briefRepresentation: false };
  return (await keycloak.clients.listRoles({ id: client.id, ...full })) as StoredRole[];
}

/** The named roles of a client. Throws NotThereYet when one is missing. */
export async function requireRoles(
  target: Target,
  client: StoredClient,
  names: string[],
): Promise<StoredRole[]> {
  const roles = await clientRoles(target, client);
  return names.map((name) => {
    const role = roles.find((candidate) => candidate.name === name);
    if (!role) throw new NotThereYet(`role ${name} of ${client.clientId}`);
    return role;
  });
}

/**
 * What of a paged Keycloak list is to be kept, each id once. Pages overlap, so that an entry isn't missed when others
 * before it are deleted while the list is read.
 */
export async function allPages<T extends { id?: string }>(
  page: (range: { first: number; max: number }) => Promise<T[]>,
  keep: (item: T) => boolean = () => true,
): Promise<T[]> {
  const max = 200;
  const overlap = 20;
  const kept = new Map<string | undefined, T>();
  for (let first = 0; ; first += max - overlap) {
    const items = await page({ first, max });
    for (const item of items.filter(keep)) kept.set(item.id, item);
    if (items.length < max) return [...kept.values()];
  }
}
