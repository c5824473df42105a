import { clientAttributes, names } from '../../../names.ts';
import type { Step } from '../comparison.ts';
import { findClient } from '../lookups.ts';
import { compareOwnedClient, noFlows } from '../owned-client.ts';
import { isProvisioned } from '../ownership.ts';

/**
 * Clients that only hold roles. They are bearer-only with an authenticator for which no key exists: Keycloak
 * makes a secret for any confidential client, which the service could read, and this one opens nothing.
 */
const roleHolder = {
  ...noFlows,
  bearerOnly: true,
  clientAuthenticatorType: 'client-jwt',
  fullScopeAllowed: false,
};

export const resourceClients: Step = {
  name: 'resource clients',
  async compare(target, comparison) {
    const api = await findClient(target, names.apiClient);
    // A realm that has an orki-api already has it for its resource servers: only its roles concern us.
    if (api && !isProvisioned(api)) comparison.unchanged += 1;
    else {
      await compareOwnedClient(target, comparison, {
        ...roleHolder,
        clientId: names.apiClient,
        name: 'Orki API',
        description: 'Resource server of all Orki services; its roles are the permissions.',
      });
    }
    await compareOwnedClient(target, comparison, {
      ...roleHolder,
      clientId: names.tenantsClient,
      name: 'Orki tenants',
      description: 'One role for each tenant; mapped to a service account it becomes the tenant_id claim.',
    });
    await compareOwnedClient(target, comparison, {
      ...roleHolder,
      clientId: names.usernamesClient,
      name: 'Orki usernames',
      description: 'One role for each username of a service account that is taken.',
    });
    await compareOwnedClient(target, comparison, {
      ...roleHolder,
      clientId: names.locksClient,
      name: 'Orki locks',
      description: 'One role for each change of a service account that is under way.',
    });
    await compareOwnedClient(target, comparison, {
      ...noFlows,
      enabled: false,
      // Keycloak rotates no secret of a bearer-only client.
      bearerOnly: false,
      clientAuthenticatorType: 'client-secret',
      fullScopeAllowed: false,
      clientId: names.rotationProbeClient,
      name: 'Orki probe of secret rotation',
      description: 'Disabled. The service writes to it to see whether Keycloak ends secrets on time.',
      // The client policy for service accounts is to hold for it as well.
      attributes: { [clientAttributes.managed]: 'true' },
    });
  },
};
