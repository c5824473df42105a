import { connectAsOperator } from './connect-as-operator.ts';
import type { ProvisioningSettings } from './settings.ts';

/**
 * Has one Keycloak node forget what its caches hold of the realm: clients, roles, users with their roles, and keys. When
 * it returns, the node answers from the database. Where the nodes hear each other, all of them forget.
 * @param nodeUrl the node's own address, not that of a balancer
 * @throws {NetworkError} when the node refuses the operator's credential or a call
 */
export async function clearCaches(settings: ProvisioningSettings, nodeUrl: string): Promise<void> {
  const { cache } = connectAsOperator({ ...settings, keycloakUrl: nodeUrl });
  await cache.clearRealmCache();
  await cache.clearUserCache();
  await cache.clearKeysCache();
}
