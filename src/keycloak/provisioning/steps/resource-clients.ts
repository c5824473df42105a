import { clientAttributes, names } from '../../../names.ts';
import { unchanged } from '../comparison.ts';
import { findClient } from '../lookups.ts';
import { compareOwnedClient, withoutFlows } from '../owned-client.ts';
import { isProvisioned } from '../ownership.ts';
import type { Step } from '../step.ts';

/**
 * A client that only holds roles. It is bearer-only with an authenticator for which no key exists: Keycloak
 * makes a secret for any confidential client, which the service could read, and this one opens nothing.
 */
const roleHolder = {
  ...withoutFlows,
  bearerOnly: true,
  clientAuthenticatorType: 'client-jwt',
  fullScopeAllowed: false,
};

/** The clients whose roles are permissions, tenants, usernames and locks. */
export const resourceClients: Step = {
  name: 'resource clients',
  async *compare(target) {
    const api = await findClient(target, names.apiClient);
    // A realm that has an orki-api already has it for its resource servers: only its roles concern us.
    if (api && !isProvisioned(api)) yield unchanged;
    else {
      yield* compareOwnedClient(target, {
        ...roleHolder,
        clientId: names.apiClient,
        name: 'Orki API',
        description: 'Resource server of all Orki services; its roles are the permissions.',
      });
    }
    yield* compareOwnedClient(target, {
      ...roleHolder,
      clientId: names.tenantsClient,
      name: 'Orki tenants',
      description: 'One role for each tenant; mapped to a service account it becomes the tenant_id claim.',
    });
    yield* compareOwnedClient(target, {
      ...roleHolder,
      clientId: names.usernamesClient,
      name: 'Orki usernames',
      description: 'One role for each username of a service account that is taken.',
    });
    yield* compareOwnedClient(target, {
      ...roleHolder,
      clientId: names.locksClient,
      name: 'Orki locks',
      description: 'One role for each change of a service account that is under way.',
    });
    yield* compareOwnedClient(target, {
      ...withoutFlows,
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
