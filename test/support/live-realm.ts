import { inject } from 'vitest';
import { names } from '../../src/names.ts';
import { createPerson, createSignInClient, signIn } from '../provisioning/test-person.ts';
import { type TestRealm, testRealm } from '../provisioning/test-realm.ts';

const everyPermission = names.modeRoles.admin;
const mayManage = ['service-accounts:read', 'service-accounts:write'];

/** Who may sign in: tenant, and roles of `orki-api`. */
const people = {
  admin: { tenantId: 'acme', roles: [everyPermission] },
  agent: { tenantId: 'acme', roles: [names.modeRoles.agent] },
  viewer: { tenantId: 'acme', roles: ['service-accounts:read', 'customers:read'] },
  /** Manages service accounts and may do nothing else. */
  writer: { tenantId: 'acme', roles: mayManage },
  agentWriter: { tenantId: 'acme', roles: [names.modeRoles.agent, ...mayManage] },
  globexAdmin: { tenantId: 'globex', roles: [everyPermission] },
  /** Of tenants in which nothing was made yet. */
  initechAdmin: { tenantId: 'initech', roles: [everyPermission] },
  umbrellaAdmin: { tenantId: 'umbrella', roles: [everyPermission] },
} as const;
export type PersonName = keyof typeof people;

const signInClient = 'orki-demo-cli';
/** Tokens live five minutes. */
const renewAfterMs = 120_000;

/** A provisioned realm of its own in the Keycloak under test, with people of two tenants. */
export async function liveRealm(prefix: string, keycloak = inject('keycloak')) {
  const realm = await testRealm(keycloak, prefix);
  await realm.provision();
  const issuer = `${keycloak.url}/realms/${realm.name}`;
  const tokenUrl = `${issuer}/protocol/openid-connect/token`;
  await createSignInClient(realm, signInClient, {
    fullScopeAllowed: false,
    defaultClientScopes: ['basic', 'profile', 'email', names.userScope],
    optionalClientScopes: [],
    attributes: { 'access.token.signed.response.alg': 'ES256' },
  });
  const api = await realm.uuidOf(names.apiClient);

  async function firstToken(person: PersonName): Promise<string> {
    const { tenantId, roles } = people[person];
    const id = await createPerson(realm, usernameOf(person), { attributes: { tenant_id: [tenantId] } });
    await mapApiRoles(realm, api, id, roles);
    return nextToken(person);
  }

  const nextToken = (person: PersonName) => realm.token(signIn(signInClient, usernameOf(person)));
  const tokens = new Map<PersonName, { token: Promise<string>; renewedAt: number }>();
  return {
    ...realm,
    issuer,
    tokenUrl,
    apiClientUuid: api,
    /** An access token of the person, valid for some minutes. The person is made when first asked for. */
    tokenOf(person: PersonName): Promise<string> {
      const held = tokens.get(person);
      // Files of tests that share a realm can together take longer than a token lives.
      if (held !== undefined && Date.now() - held.renewedAt < renewAfterMs) return held.token;
      const token = held === undefined ? firstToken(person) : held.token.then(() => nextToken(person));
      tokens.set(person, { token, renewedAt: Date.now() });
      return token;
    },
    /** All that the token URL answers to a person who signs in. */
    async signIn(person: PersonName, scope: string): Promise<Record<string, string>> {
      // The token that tests share is left as it is: this may be asked for while the realm signs by another key.
      await (tokens.get(person)?.token ?? this.tokenOf(person));
      const body = new URLSearchParams({ ...signIn(signInClient, usernameOf(person)), scope });
      const response = await fetch(tokenUrl, { method: 'POST', body });
      return (await response.json()) as Record<string, string>;
    },
    /** Maps roles of `orki-api` to a user, as an administrator does in Keycloak's console. */
    mapApiRoles: (userId: string, roles: readonly string[]) => mapApiRoles(realm, api, userId, roles),
    clientInKeycloak: (id: string) => clientInKeycloak(realm, id),
    inKeycloak: (id: string) => inKeycloak(realm, id),
  };
}

export type LiveRealm = Awaited<ReturnType<typeof liveRealm>>;

export const usernameOf = (person: string): string => `${person.toLowerCase()}@people.test`;

async function mapApiRoles({ admin }: TestRealm, api: string, userId: string, wanted: readonly string[]) {
  const all: { name: string }[] = (await admin('GET', `/clients/${api}/roles`)).body;
  const roles = all.filter(({ name }) => wanted.includes(name));
  const { status } = await admin('POST', `/users/${userId}/role-mappings/clients/${api}`, roles);
  if (status !== 204 || roles.length !== wanted.length)
    throw new Error(`no ${wanted} for ${userId}: ${status}`);
}

/** A client as Keycloak itself, asked as its administrator, shows it; undefined when there is none. */
async function clientInKeycloak({ admin }: TestRealm, id: string) {
  const { status, body } = await admin('GET', `/clients/${id}`);
  if (status !== 200) return undefined;
  // Keycloak keeps no order in these.
  const { defaultClientScopes, optionalClientScopes, ...client } = body;
  return {
    ...client,
    defaultClientScopes: defaultClientScopes?.sort(),
    optionalClientScopes: optionalClientScopes?.sort(),
  };
}

/** A client as Keycloak itself shows it, with the user behind it and that user's roles. */
async function inKeycloak(realm: TestRealm, id: string) {
  const client = await clientInKeycloak(realm, id);
  if (client === undefined) return undefined;
  const { body: user } = await realm.admin('GET', `/clients/${id}/service-account-user`);
  const { body: mappings } = await realm.admin('GET', `/users/${user.id}/role-mappings`);
  const ofClients = Object.entries<{ mappings: { name: string }[] }>(mappings.clientMappings ?? {});
  return {
    client,
    user,
    /** Names of the roles mapped to its service-account user, by the client that they belong to. */
    roles: Object.fromEntries(
      ofClients.map(([clientId, held]) => [clientId, held.mappings.map(({ name }) => name).sort()]),
    ),
  };
}
