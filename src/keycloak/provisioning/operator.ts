import KeycloakAdminClient, { fetchWithError } from '@keycloak/keycloak-admin-client';
import type { OperatorCredential, ProvisioningSettings } from './settings.ts';

const timeoutMs = 30_000;
/** Master's admin-cli tokens live 60 s: renew while there is time left for one slow call. */
const renewBeforeExpiryMs = 35_000;

/**
 * An admin client that acts on the settings' realm with the operator's credential.
 * Every call is cut off after 30 s; the token is fetched by password or secret again whenever it runs out, since
 * a client-credentials grant has no refresh token and a run may outlive a password grant's session.
 */
export function connectAsOperator(settings: ProvisioningSettings): KeycloakAdminClient {
  const { keycloakUrl, realm, operatorRealm, operator } = settings;
  const keycloak = new KeycloakAdminClient({ baseUrl: keycloakUrl, realmName: realm, timeout: timeoutMs });
  const tokenUrl = `${keycloakUrl}/realms/${encodeURIComponent(operatorRealm)}/protocol/openid-connect/token`;

  let current: { token: string; renewAt: number } | undefined;
  let pending: Promise<string> | undefined;
  const renew = async (): Promise<string> => {
    const { access_token: token, expires_in: seconds } = await requestToken(tokenUrl, operator);
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

async function requestToken(url: string, operator: OperatorCredential) {
  const body =
    'clientId' in operator
      ? new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: operator.clientId,
          client_secret: operator.clientSecret,
        })
      : new URLSearchParams({
          grant_type: 'password',
          client_id: 'admin-cli',
          username: operator.username,
          password: operator.password,
        });
  const response = await fetchWithError(url, {
    method: 'POST',
    body,
    signal: AbortSignal.timeout(timeoutMs),
  });
  return (await response.json()) as { access_token: string; expires_in: number };
}
