import KeycloakAdminClient from '@keycloak/keycloak-admin-client';
import Fastify from 'fastify';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { clientAttributes, names } from '../../../src/names.ts';
import { grantedPermissions, measuredTenant, type Operation, pageSize, type Subject } from './contestant.ts';
import type { Asked } from './over-http.ts';

// What a team would first write: the official client, one call for each thing, roles looked up each time, the secret
// fetched back, no lock, no unique usernames, and nothing that hides an account until it is whole.
const { PORT, KEYCLOAK_URL = '', KEYCLOAK_REALM = '', KEYCLOAK_CLIENT_SECRET = '' } = process.env;
const issuer = `${KEYCLOAK_URL}/realms/${KEYCLOAK_REALM}`;
const keys = createRemoteJWKSet(new URL(`${issuer}/protocol/openid-connect/certs`));
const admin = new KeycloakAdminClient({ baseUrl: KEYCLOAK_URL, realmName: KEYCLOAK_REALM });
const signIn = () =>
  admin.auth({
    grantType: 'client_credentials',
    clientId: names.serviceClient,
    clientSecret: KEYCLOAK_CLIENT_SECRET,
  });
await signIn();
setInterval(signIn, 120_000);

async function owned(id: string) {
  const client = await admin.clients.findOne({ id });
  if (client?.attributes?.[clientAttributes.tenant] !== measuredTenant) throw new Error('another tenant');
  return client;
}

async function roleOf(clientId: string, roleName: string) {
  const [client] = await admin.clients.find({ clientId });
  const role = await admin.clients.findRole({ id: client?.id ?? '', roleName });
  return { client: client?.id ?? '', role: { id: role?.id ?? '', name: role?.name ?? '' } };
}

async function create(username: string): Promise<Subject> {
  const { id } = await admin.clients.create({
    clientId: `wrapper-${username}`,
    name: username,
    serviceAccountsEnabled: true,
    standardFlowEnabled: false,
    directAccessGrantsEnabled: false,
    fullScopeAllowed: false,
    defaultClientScopes: [names.serviceAccountScope],
    attributes: { [clientAttributes.tenant]: measuredTenant, [clientAttributes.managed]: 'true' },
  });
  const user = await admin.clients.getServiceAccountUser({ id });
  const userId = user.id ?? '';
  const tenant = await roleOf(names.tenantsClient, measuredTenant);
  await admin.users.addClientRoleMappings({
    id: userId,
    clientUniqueId: tenant.client,
    roles: [tenant.role],
  });
  await admin.clients.addClientScopeMappings({ id, client: tenant.client }, [tenant.role]);
  for (const permission of grantedPermissions) {
    const { client, role } = await roleOf(names.apiClient, permission);
    await admin.users.addClientRoleMappings({ id: userId, clientUniqueId: client, roles: [role] });
  }
  await admin.clients.getClientSecret({ id });
  return { id, username };
}

async function change(id: string, fields: object): Promise<void> {
  const client = await owned(id);
  await admin.clients.update({ id }, { ...client, ...fields });
}

const carryOut: Record<Operation, (subject: Subject) => Promise<unknown>> = {
  list: () => admin.clients.find({ q: `${clientAttributes.tenant}:${measuredTenant}`, max: pageSize }),
  get: async ({ id }) => {
    await owned(id);
    const user = await admin.clients.getServiceAccountUser({ id });
    return admin.users.listRoleMappings({ id: user.id ?? '' });
  },
  create: ({ username }) => create(username),
  edit: ({ id }) => change(id, { description: 'edited' }),
  regenerate: async ({ id }) => {
    await owned(id);
    await admin.clients.generateNewClientSecret({ id });
    return admin.clients.getClientSecret({ id });
  },
  deactivate: ({ id }) => change(id, { enabled: false }),
  activate: ({ id }) => change(id, { enabled: true }),
  delete: async ({ id }) => {
    await owned(id);
    await admin.clients.del({ id });
  },
};

const app = Fastify();
// By this it is known to be ready.
app.get('/', async () => ({}));
app.post<{ Body: Asked }>('/', async ({ headers, body }) => {
  const token = headers.authorization?.replace(/^Bearer /, '') ?? '';
  await jwtVerify(token, keys, { issuer, audience: names.apiClient });
  return (await carryOut[body.operation](body.subject)) ?? {};
});
await app.listen({ port: Number(PORT), host: '127.0.0.1' });
