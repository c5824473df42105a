import { names } from '../../../names.ts';
import { type Comparison, creation, finding, unchanged, update } from '../comparison.ts';
import {
  findClient,
  listClientRoles,
  requireClient,
  requireClientRoles,
  type StoredClient,
  type StoredRole,
} from '../lookups.ts';
import { compareOwnedClient, withKeys, withoutFlows } from '../owned-client.ts';
import { compareRoleSet, mappedRoles } from '../role-sets.ts';
import type { Step, Target } from '../step.ts';

const desired = {
  ...withoutFlows,
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

/** The client that the running service is, how it authenticates, and exactly the roles that it needs. */
export const serviceClient: Step = {
  name: 'service client',
  async *compare(target) {
    const { serviceClientKeys: keys, serviceClientSecret: secret } = target;
    const { attributes, ...authenticator } = keys ? await withKeys(keys) : withSecret(secret);
    const wanted = { ...desired, ...authenticator, attributes: { ...desired.attributes, ...attributes } };
    if (!keys && !secret && !(await findClient(target, desired.clientId))) {
      yield finding(
        'KEYCLOAK_CLIENT_PUBLIC_KEYS_FILE or KEYCLOAK_CLIENT_SECRET is needed to create the client of the service',
        { blocking: true },
      );
    }
    const client = yield* compareOwnedClient(target, wanted, secret ? { secret } : {});
    if (!client) return;
    if (secret && !keys) yield await compareSecret(target, client, secret);
    yield* compareRights(target, client);
  },
};

/** A client that authenticates by a secret; without one, it keeps the authenticator that it has. */
function withSecret(secret: string | undefined) {
  return { ...(secret && { clientAuthenticatorType: 'client-secret' }), attributes: {} };
}

async function compareSecret(
  { keycloak }: Target,
  client: StoredClient,
  secret: string,
): Promise<Comparison> {
  const { value } = await keycloak.clients.getClientSecret({ id: client.id });
  return update(
    `secret of client ${client.clientId}`,
    value === secret ? [] : ['is not the one in KEYCLOAK_CLIENT_SECRET'],
    () => keycloak.clients.update({ id: client.id }, { secret }),
  );
}

/**
 * Exactly the needed administration roles, let into its token by its scope and mapped to its user, and the role of its
 * own by which client policies know it. A client's own roles need no scope.
 */
async function* compareRights(target: Target, client: StoredClient): AsyncGenerator<Comparison> {
  const { keycloak } = target;
  const maker = yield* compareOwnRole(target, client);
  const management = await requireClient(target, names.managementClient);
  const wanted = await requireClientRoles(target, management, [...names.serviceAdminRoles]);
  const { id: userId = '' } = await keycloak.clients.getServiceAccountUser({ id: client.id });

  yield compareRoleSet(
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
  yield compareRoleSet(
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

/** Returns the role, or nothing while there is none. */
async function* compareOwnRole(
  target: Target,
  { id, clientId }: StoredClient,
): AsyncGenerator<Comparison, StoredRole[]> {
  const found = (await listClientRoles(target, { id })).filter(({ name }) => name === names.makerRole);
  if (found.length > 0) yield unchanged;
  else {
    const description =
      'Client policies keep whoever holds this from making other clients than service accounts.';
    yield creation(`role ${names.makerRole} of ${clientId}`, () =>
      target.keycloak.clients.createRole({ id, name: names.makerRole, description }),
    );
  }
  return found;
}
