import { authenticationParameters } from '../../src/keycloak/calls/client-authentication.ts';
import { readPrivateKey } from '../../src/keycloak/calls/client-keys.ts';
import type { ComposeProject } from './project.ts';

/** What the clients of a project that have keys can do at its Keycloak. */
export function keysOf(project: () => ComposeProject) {
  const tokenUrl = (realm: string) => `${project().keycloak}/realms/${realm}/protocol/openid-connect/token`;

  async function requestToken(realm: string, parameters: Record<string, string>) {
    const body = new URLSearchParams({ grant_type: 'client_credentials', ...parameters });
    const response = await fetch(tokenUrl(realm), { method: 'POST', body });
    return (await response.json()) as { access_token?: string; error?: string };
  }

  /** The parameters by which a client of the realm authenticates with its private key. */
  async function byKey(clientId: string, pem: string) {
    const credential = { privateKey: readPrivateKey(pem) };
    const issuer = `${project().keycloak}/realms/orki`;
    return authenticationParameters({ clientId, issuer, credential });
  }

  return {
    byKey,
    /** The error, if any, that the token URL of a realm gives to a client. */
    tokenError: async (realm: string, parameters: Record<string, string>) =>
      (await requestToken(realm, parameters)).error,
    /** Calls the Admin API, below /admin/realms, as the operator. */
    async operatorCalls(path: string, init: RequestInit = {}): Promise<Response> {
      const key = await byKey('orki-operator', project().secret('operator-key.pem'));
      const { access_token: token } = await requestToken('orki', key);
      return fetch(`${project().keycloak}/admin/realms${path}`, {
        ...init,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      });
    },
  };
}
