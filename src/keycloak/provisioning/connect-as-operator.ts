import KeycloakAdminClient, { fetchWithError } from '@keycloak/keycloak-admin-client';
import { authenticationParameters } from '../calls/client-authentication.ts';
import { createTokenCache, tokenResponse } from '../calls/token-cache.ts';
import type { ProvisioningSettings } from './settings.ts';

type OperatorSettings = Pick<
  ProvisioningSettings,
  'keycloakUrl' | 'publicUrl' | 'realm' | 'operatorRealm' | 'operator'
>;

const callTimeoutMs = 30_000;

/**
 * An admin client that acts on the settings' realm with the operator's credential. Every call is cut off after 30 s. A
 * new token is obtained by that credential whenever the last one runs out, since a client credentials grant has no
 * refresh token, and a run may outlive the session of a password grant.
 * @throws {NetworkError} from each call, when Keycloak refuses the credential or the call
 */
export function connectAsOperator(settings: OperatorSettings): KeycloakAdminClient {
  const { keycloakUrl, publicUrl, realm, operatorRealm, operator } = settings;
  const keycloak = new KeycloakAdminClient({
    baseUrl: keycloakUrl,
    realmName: realm,
    timeout: callTimeoutMs,
  });
  const realmPath = `/realms/${encodeURIComponent(operatorRealm)}`;
  const tokenUrl = `${keycloakUrl}${realmPath}/protocol/openid-connect/token`;
  const tokens = createTokenCache(
    async () => requestToken(tokenUrl, await grantParameters(operator, `${publicUrl}${realmPath}`)),
    callTimeoutMs,
  );
  keycloak.registerTokenProvider({ getAccessToken: () => tokens.token() });
  return keycloak;
}

async function grantParameters(
  operator: OperatorSettings['operator'],
  issuer: string,
): Promise<Record<string, string>> {
  if ('username' in operator) return { grant_type: 'password', client_id: 'admin-cli', ...operator };
  return { grant_type: 'client_credentials', ...(await authenticationParameters({ ...operator, issuer })) };
}

async function requestToken(url: string, parameters: Record<string, string>) {
  const response = await fetchWithError(url, {
    method: 'POST',
    body: new URLSearchParams(parameters),
    signal: AbortSignal.timeout(callTimeoutMs),
  });
  return tokenResponse.parse(await response.json());
}
