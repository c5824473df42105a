import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type KeycloakAdminClient from '@keycloak/keycloak-admin-client';
import { requireLoopback } from './loopback.ts';
import { root } from './paths.ts';

export interface Person {
  username: string;
  firstName: string;
  lastName: string;
  tenant: string;
  roles: string[];
}

interface DemoData {
  password: string;
  people: Person[];
  client: { clientId: string; defaultClientScopes: string[] };
}

interface Target {
  /** Acts on the realm as an operator of it. */
  keycloak: KeycloakAdminClient;
  /** Keycloak as the world sees it. */
  publicUrl: string;
}

/**
 * Puts the people and the client of keycloak/demo.json into a provisioned realm, and sets right what of them is
 * there already. A Problem when Keycloak is not on loopback.
 */
export async function loadDemoData({ keycloak, publicUrl }: Target): Promise<{ clientIsNew: boolean }> {
  requireLoopback(publicUrl);
  const demo = readDemoData();
  const clientIsNew = await putClient(keycloak, demo.client);
  const roles = await apiRoles(keycloak);
  for (const person of demo.people) await putPerson(keycloak, person, demo.password, roles);
  return { clientIsNew };
}

/** Puts one more person with the demo's password into that realm. A Problem when Keycloak is not on loopback. */
export async function addPerson(
  { keycloak, publicUrl }: Target,
  person: Person,
): Promise<{ password: string }> {
  requireLoopback(publicUrl);
  const { password } = readDemoData();
  await putPerson(keycloak, person, password, await apiRoles(keycloak));
  return { password };
}

const readDemoData = (): DemoData =>
  JSON.parse(readFileSync(join(root, 'keycloak', 'demo.json'), 'utf8')) as DemoData;

async function putClient(keycloak: KeycloakAdminClient, client: DemoData['client']): Promise<boolean> {
  const [existing] = await keycloak.clients.find({ clientId: client.clientId });
  if (!existing?.id) {
    await keycloak.clients.create(client);
    return true;
  }
  const id = existing.id;
  await keycloak.clients.update({ id }, client);
  // An update passes over the scopes.
  const scopes = await keycloak.clientScopes.find();
  for (const name of client.defaultClientScopes) {
    const clientScopeId = scopes.find((scope) => scope.name === name)?.id;
    if (!clientScopeId) throw new Error(`The realm has no client scope ${name}: was it provisioned?`);
    await keycloak.clients.addDefaultClientScope({ id, clientScopeId });
  }
  return false;
}

interface ApiRoles {
  clientId: string;
  byName: Map<string, { id: string; name: string }>;
}

async function apiRoles(keycloak: KeycloakAdminClient): Promise<ApiRoles> {
  const [api] = await keycloak.clients.find({ clientId: 'orki-api' });
  if (!api?.id) throw new Error('The realm has no client orki-api: was it provisioned?');
  const roles = await keycloak.clients.listRoles({ id: api.id });
  return {
    clientId: api.id,
    byName: new Map(roles.map(({ id = '', name = '' }) => [name, { id, name }])),
  };
}

async function putPerson(
  keycloak: KeycloakAdminClient,
  { username, firstName, lastName, tenant, roles }: Person,
  password: string,
  api: ApiRoles,
): Promise<void> {
  const person = {
    username,
    email: username,
    emailVerified: true,
    firstName,
    lastName,
    enabled: true,
    attributes: { tenant_id: [tenant] },
    requiredActions: [],
  };
  const [existing] = await keycloak.users.find({ username, exact: true });
  let id = existing?.id;
  if (id) {
    await keycloak.users.update({ id }, person);
  } else {
    const credentials = [{ type: 'password', value: password, temporary: false }];
    ({ id } = await keycloak.users.create({ ...person, credentials }));
  }
  await setRoles(keycloak, id, api, roles);
}

/** Gives exactly those roles of orki-api: one that somebody added by hand would change what the demo shows. */
async function setRoles(
  keycloak: KeycloakAdminClient,
  id: string,
  api: ApiRoles,
  names: string[],
): Promise<void> {
  const mapping = { id, clientUniqueId: api.clientId };
  const held = await keycloak.users.listClientRoleMappings(mapping);
  const surplus = held.filter((role) => !names.includes(role.name ?? ''));
  const missing = names
    .filter((name) => !held.some((role) => role.name === name))
    .map((name) => {
      const role = api.byName.get(name);
      if (!role) throw new Error(`orki-api has no role ${name}, which keycloak/demo.json gives to somebody.`);
      return role;
    });
  const named = surplus.map(({ id: roleId = '', name = '' }) => ({ id: roleId, name }));
  if (named.length > 0) await keycloak.users.delClientRoleMappings({ ...mapping, roles: named });
  if (missing.length > 0) await keycloak.users.addClientRoleMappings({ ...mapping, roles: missing });
}
