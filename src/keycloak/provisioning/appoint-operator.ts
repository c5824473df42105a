import { createPublicKey, type KeyObject } from 'node:crypto';
import { NetworkError } from '@keycloak/keycloak-admin-client';
import { names } from '../../names.ts';
import type { Step, Target } from './comparison.ts';
import { findClient, requireClient, requireRoles } from './lookups.ts';
import { connectAsOperator } from './operator.ts';
import { authenticatedBy, compareOwnedClient, noFlows } from './owned-client.ts';
import { compareRoleSet, mappedRoles } from './role-sets.ts';
import { apply } from './run.ts';
import { type ProvisioningSettings, SettingsError } from './settings.ts';
import { realm } from './steps/realm.ts';

/** By this Keycloak marks an administrator that was made at its first start or by `kc.sh bootstrap-admin`. */
const temporary = 'is_temporary_admin';
/** Where Keycloak puts it, whatever realm is provisioned. */
const realmOfServer = 'master';

/**
 * Where the temporary administrator of Keycloak's first start is still there, lets it make the realm and the operator,
 * and then deletes it. The operator is a client of the realm that authenticates by a key and administers that realm
 * alone. One in master that administers just this realm could not: Keycloak lets nobody from there but the server's
 * administrators map the roles of a realm's management, as provisioning has to. Does nothing when the temporary
 * administrator is gone. Cut off at any point, it is finished by the next run. Passes Keycloak's errors on.
 */
export async function appointOperator(
  settings: ProvisioningSettings,
  target: Target,
  print: (line: string) => void,
): Promise<void> {
  if (!settings.appointment) return;
  const { administrator, operator } = settings.appointment;
  const asAdministratorOf = (name: string) =>
    connectAsOperator({ ...settings, realm: name, operatorRealm: realmOfServer, operator: administrator });
  const keycloak = asAdministratorOf(settings.realm);
  if (!(await isAccepted(keycloak.getAccessToken()))) return;

  const made = [realm, operatorClient(operator.clientId, operator.privateKey)];
  const { findings } = await apply(made, { ...target, keycloak }, print);
  if (findings.some(({ blocking }) => blocking)) {
    throw new SettingsError('KEYCLOAK_ADMIN_CLIENT_ID: the operator could not be made');
  }
  // Only an operator that works makes the temporary administrator superfluous.
  await connectAsOperator(settings).getAccessToken();
  const server = asAdministratorOf(realmOfServer);
  const client = await findClient({ ...target, keycloak: server }, administrator.clientId);
  if (client?.attributes?.[temporary] !== 'true') {
    print(`attention  client ${administrator.clientId} is no temporary administrator, and so it stays`);
    return;
  }
  await server.clients.del({ id: client.id });
  print(`removed    temporary administrator ${administrator.clientId}`);
}

function operatorClient(clientId: string, privateKey: KeyObject): Step {
  return {
    name: 'operator',
    async compare(target, comparison) {
      const client = await compareOwnedClient(target, comparison, {
        ...noFlows,
        ...(await authenticatedBy([createPublicKey(privateKey)])),
        clientId,
        name: 'Orki operator',
        description: 'Provisions this realm, and may administer it and no other.',
        serviceAccountsEnabled: true,
        fullScopeAllowed: true,
        defaultClientScopes: ['basic', 'roles'],
      });
      if (!client) return;
      const { keycloak } = target;
      const management = await requireClient(target, names.managementClient);
      const { id = '' } = await keycloak.clients.getServiceAccountUser({ id: client.id });
      compareRoleSet(
        comparison,
        `roles of client ${clientId}`,
        await requireRoles(target, management, ['realm-admin']),
        mappedRoles(await keycloak.users.listRoleMappings({ id })),
        {
          addOfClient: (clientUniqueId, missing) =>
            keycloak.users.addClientRoleMappings({ id, clientUniqueId, roles: missing }),
          removeOfClient: (clientUniqueId, surplus) =>
            keycloak.users.delClientRoleMappings({ id, clientUniqueId, roles: surplus }),
          removeOfRealm: (surplus) => keycloak.users.delRealmRoleMappings({ id, roles: surplus }),
        },
      );
    },
  };
}

/** Whether Keycloak gives out the token; its refusal, by 400 or 401, says that there is no such client any more. */
async function isAccepted(token: Promise<unknown>): Promise<boolean> {
  try {
    await token;
    return true;
  } catch (error) {
    if (error instanceof NetworkError && [400, 401].includes(error.response.status)) return false;
    throw error;
  }
}
