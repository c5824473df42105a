import { connectAsOperator } from '../src/keycloak/provisioning/connect-as-operator.ts';
import { administrator, realm } from './settings.ts';

/** Acts on the demo's realm as the administrator of this checkout's own Keycloak. */
export function asAdministrator(publicUrl: string) {
  const operator = { realm, operatorRealm: 'master', operator: administrator };
  return { keycloak: connectAsOperator({ keycloakUrl: publicUrl, publicUrl, ...operator }), publicUrl };
}
