import { names } from '../../names.ts';
import type { Comparison, Step, Target } from '../comparison.ts';
import { requireClient, requireRoles, type StoredClient } from '../lookups.ts';
import { compareOwnedClient, noFlows } from '../owned-client.ts';
import { compareRoleSet, mappedRoles } from '../role-sets.ts';

/**
 * Without any query role Keycloak does not filter lists by the fine-grained permissions, so one is needed; the
 * service lists clients, and finds users by their clients alone.
 */
const adminRoles = ['query-clients'];

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
    const { keycloak, serviceClientSecret: secret } = target;
    const client = await compareOwnedClient(target, comparison, desired, secret ? { secret } : {});
    if (!client) {
      if (!secret && comparison.differences.length > 0) {
        comparison.finding('KEYCLOAK_CLIENT_SECRET must be set to create the client of the service', {
          blocking: true,
        });
      }
      return;
    }
    if (secret) {
      const { value } = await keycloak.clients.getClientSecret({ id: client.id });
      comparison.updates(
        `secret of client ${client.clientId}`,
        value === secret ? [] : ['is not the one in KEYCLOAK_CLIENT_SECRET'],
        () => keycloak.clients.update({ id: client.id }, { secret }),
      );
    }
    await compareRights(target, comparison, client);
  },
};

/** Exactly the needed administration roles: mapped to its user, and let into its token by its scope. */
async function compareRights(target: Target, comparison: Comparison, client: StoredClient): Promise<void> {
  const { keycloak } = target;
  const management = await requireClient(target, 'realm-management');
  const wanted = await requireRoles(target, management, adminRoles);
  const { id: userId = '' } = await keycloak.clients.getServiceAccountUser({ id: client.id });

  compareRoleSet(
    comparison,
    `roles of client ${client.clientId}`,
    wanted,
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
