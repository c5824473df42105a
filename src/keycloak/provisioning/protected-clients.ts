import { clientAttributes, names } from '../../names.ts';
import type { Target } from './comparison.ts';
import { allPages, type StoredClient } from './lookups.ts';

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
export async function protectedClients({ keycloak }: Pick<Target, 'keycloak'>): Promise<StoredClient[]> {
  const exempt = [...managedByService, ...protectedElsewhere];
  // Filtered page by page: nearly all of a hundred thousand clients may be accounts.
  const page = (range: { first: number; max: number }) =>
    keycloak.clients.find(range) as Promise<StoredClient[]>;
  return allPages(
    page,
    ({ clientId, attributes }) =>
      attributes?.[clientAttributes.managed] !== 'true' && !exempt.includes(clientId),
  );
}
