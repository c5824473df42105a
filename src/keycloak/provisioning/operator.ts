import KeycloakAdminClient, { fetchWithError } from '@keycloak/keycloak-admin-client';
import { authenticationParameters } from '../calls/client-authentication.ts';
import type { OperatorCredential, ProvisioningSettings } from './settings.ts';

type OperatorSettings = Pick<
  ProvisioningSettings,
  'keycloakUrl' | 'publicUrl' | 'realm' | 'operatorRealm' | 'operator'
>;

const timeoutMs = 30_000;
/** Master's admin-cli tokens live 60 s: renew while there is time left for one slow call. */
const renewBeforeExpiryMs = 35_000;

/**
 * An admin client that acts on the settings' realm with the operator's credential.
 * Every call is cut off after 30 s; the token is fetched by password or secret again whenever it runs out, since
 * a client-credentials grant has no refresh token and a run may outlive a password grant's session.
 */
export function connectAsOperator(settings: OperatorSettings): KeycloakAdminClient {
  const { keycloakUrl, publicUrl, realm, operatorRealm, operator } = settings;
  const keycloak = new KeycloakAdminClient({ baseUrl: keycloakUrl, realmName: realm, timeout: timeoutMs });
  const realmPath = `/realms/${encodeURIComponent(operatorRealm)}`;
  const tokenUrl = `${keycloakUrl}${realmPath}/protocol/openid-connect/token`;

  let current: { token: string; renewAt: number } | undefined;
  let pending: Promise<string> | undefined;
  const renew = async (): Promise<string> => {
    const { access_token: token, expires_in: seconds } = await requestToken(
      tokenUrl,
      await grant(operator, `${publicUrl}${realmPath}`),
    );
    // A token shorter than the margin is used for half of its life instead of being fetched for each call.
    const usableMs = Math.max(seconds * 1000 - renewBeforeExpiryMs, (seconds * 1000) / 2);
    current = { token, renewAt: Date.now() + usableMs };
    return token;
  };
  keycloak.registerTokenProvider({
    getAccessToken: async () => {
      if (current && Date.now() < current.renewAt) return current.token;
      pending ??= renew().finally(() => {
        pending = undefined;
      });
      return pending;
    },
  });
  return keycloak;
}

async function grant(operator: OperatorCredential, issuer: string): Promise<Record<string, string>> {
  if ('username' in operator) return { grant_type: 'password', client_id: 'admin-cli', ...operator };
  return { grant_type: 'client_credentials', ...(await authenticationParameters({ ...operator, issuer })) };
}

async function requestToken(url: string, parameters: Record<string, string>) {
  const response = await fetchWithError(url, {
    method: 'POST',
    body: new URLSearchParams(parameters),
    signal: AbortSignal.timeout(timeoutMs),
  });
  return (await response.json()) as { access_token: string; expires_in: number };
}
