import { clientAttributes, names } from '../../names.ts';
import { allPages } from '../../pages.ts';
import type { StoredClient } from './lookups.ts';
import type { Target } from './step.ts';

/** The service keeps its roles in these, or writes to them; making a role takes the right to manage its client. */
const managedByService: string[] = [
  names.tenantsClient,
  names.usernamesClient,
  names.locksClient,
  names.rotationProbeClient,
];

/** `orki-api` is readable, and so has a permission of its own. */
const protectedElsewhere: string[] = [names.apiClient];

/**
 * Every client of the realm that the service must not touch: all that exist now and are not its own service
 * accounts. Keycloak has no way to say "all but", so clients made later are open until provisioning runs again.
 */
export async function listProtectedClients({
  keycloak,
  onProgress,
}: Pick<Target, 'keycloak' | 'onProgress'>): Promise<StoredClient[]> {
  const exempt = [...managedByService, ...protectedElsewhere];
  const clients = allPages((range) => keycloak.clients.find(range) as Promise<StoredClient[]>);
  // Kept one by one: nearly all of a hundred thousand clients may be accounts.
  const found: StoredClient[] = [];
  let read = 0;
  for await (const client of clients) {
    read += 1;
    if (read % 100 === 0) onProgress?.(`${read.toLocaleString('en')} clients read`);
    const isAccount = client.attributes?.[clientAttributes.managed] === 'true';
    if (!isAccount && !exempt.includes(client.clientId)) found.push(client);
  }
  return found;
}
