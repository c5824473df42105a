import { names } from '../../../names.ts';
import type { Comparison, Step, Target } from '../comparison.ts';
import { clientRoles, requireClient, requireRoles, type StoredClient, type StoredRole } from '../lookups.ts';
import { authenticatedBy, compareOwnedClient, noFlows } from '../owned-client.ts';
import { compareRoleSet, mappedRoles } from '../role-sets.ts';

const desired = {
  ...noFlows,
  clientId: names.serviceClient,
  name: 'Orki service accounts',
  description:
    'The service behind Settings > Service Account Tokens. What it may do: fine-grained admin permissions.',
  serviceAccountsEnabled: true,
  fullScopeAllowed: false,
  // Keycloak 26.7 needs neither to know its caller; they make the token say whose it is and what it may do.
  defaultClientScopes: ['basic', 'roles'],
  // Keycloak verifies this token at every call, and RS256 is verified faster: 0.95 instead of 1.65 ms a call.
  attributes: { 'access.token.signed.response.alg': 'RS256' },
};

export const serviceClient: Step = {
  name: 'service client',
  async compare(target, comparison) {
    const { serviceClientKeys: keys, serviceClientSecret: secret } = target;
    const { attributes, ...authenticator } = keys ? await authenticatedBy(keys) : bySecret(secret);
    const wanted = { ...desired, ...authenticator, attributes: { ...desired.attributes, ...attributes } };
    const client = await compareOwnedClient(target, comparison, wanted, secret ? { secret } : {});
    if (!client) {
      if (!keys && !secret && comparison.differences.length > 0) {
        comparison.finding(
          'KEYCLOAK_CLIENT_PUBLIC_KEYS_FILE or KEYCLOAK_CLIENT_SECRET must be set to create the client of the service',
          { blocking: true },
        );
      }
      return;
    }
    if (secret && !keys) await compareSecret(target, comparison, client, secret);
    await compareRights(target, comparison, client);
  },
};

/** Without a secret either, the client keeps the authenticator that it has. */
function bySecret(secret: string | undefined) {
  return { ...(secret && { clientAuthenticatorType: 'client-secret' }), attributes: {} };
}

async function compareSecret(
  { keycloak }: Target,
  comparison: Comparison,
  client: StoredClient,
  secret: string,
): Promise<void> {
  const { value } = await keycloak.clients.getClientSecret({ id: client.id });
  comparison.updates(
    `secret of client ${client.clientId}`,
    value === secret ? [] : ['is not the one in KEYCLOAK_CLIENT_SECRET'],
    () => keycloak.clients.update({ id: client.id }, { secret }),
  );
}

/**
 * Exactly the needed administration roles, let into its token by its scope and mapped to its user, and the role of its
 * own by which client policies know it. A client's own roles need no scope.
 */
async function compareRights(target: Target, comparison: Comparison, client: StoredClient): Promise<void> {
  const { keycloak } = target;
  const maker = await ownRole(target, comparison, client);
  const management = await requireClient(target, names.managementClient);
  const wanted = await requireRoles(target, management, [...names.serviceAdminRoles]);
  const { id: userId = '' } = await keycloak.clients.getServiceAccountUser({ id: client.id });

  compareRoleSet(
    comparison,
    `roles of client ${client.clientId}`,
    [...wanted, ...maker],
    mappedRoles(await keycloak.users.listRoleMappings({ id: userId })),
    {
      addOfClient: (clientUniqueId, roles) =>
        keycloak.users.addClientRoleMappings({ id: userId, clientUniqueId, roles }),
      removeOfClient: (clientUniqueId, roles) =>
        keycloak.users.delClientRoleMappings({ id: userId, clientUniqueId, roles }),
      removeOfRealm: (roles) => keycloak.users.delRealmRoleMappings({ id: userId, roles }),
    },
  );
  compareRoleSet(
    comparison,
    `role scope of client ${client.clientId}`,
    wanted,
    mappedRoles(await keycloak.clients.listScopeMappings({ id: client.id })),
    {
      addOfClient: (other, roles) =>
        keycloak.clients.addClientScopeMappings({ id: client.id, client: other }, roles),
      removeOfClient: (other, roles) =>
        keycloak.clients.delClientScopeMappings({ id: client.id, client: other }, roles),
      removeOfRealm: (roles) => keycloak.clients.delRealmScopeMappings({ id: client.id }, roles),
    },
  );
}

async function ownRole(
  target: Target,
  comparison: Comparison,
  { id, clientId }: StoredClient,
): Promise<StoredRole[]> {
  const found = (await clientRoles(target, { id })).filter(({ name }) => name === names.makerRole);
  if (found.length > 0) comparison.unchanged += 1;
  else {
    const description =
      'Client policies keep whoever holds this from making other clients than service accounts.';
    comparison.differs('create', `role ${names.makerRole} of ${clientId}`, '', () =>
      target.keycloak.clients.createRole({ id, name: names.makerRole, description }),
    );
  }
  return found;
}
