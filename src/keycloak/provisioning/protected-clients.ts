import { clientAttributes, names } from '../names.ts';
import type { Target } from './comparison.ts';
import { allPages, type StoredClient } from './lookups.ts';

/** The service keeps its roles in these, and making a role takes the right to manage its client. */
const managedByService: string[] = [names.tenantsClient, names.usernamesClient];

/** `orki-api` is readable, and so has a permission of its own. */
const protectedElsewhere: string[] = [names.apiClient];

/**
 * Every client of the realm that the service must not touch: all that exist now and are not its own service
 * accounts. Keycloak has no way to say "all but", so clients made later are open until provisioning runs again.
 */
export async function protectedClients({ keycloak }: Pick<Target, 'keycloak'>): Promise<StoredClient[]> {
  const clients = (await allPages((range) => keycloak.clients.find(range))) as StoredClient[];
  const exempt = [...managedByService, ...protectedElsewhere];
  return clients.filter(
    (client) => client.attributes?.[clientAttributes.managed] !== 'true' && !exempt.includes(client.clientId),
  );
}
