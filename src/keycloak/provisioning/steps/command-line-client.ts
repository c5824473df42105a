import { names } from '../../../names.ts';
import { compareOwnedClient, withoutFlows } from '../owned-client.ts';
import type { Step } from '../step.ts';

/**
 * The client with which people sign in at the command line: authorization code with PKCE, which comes back to a port of
 * the person's own machine (RFC 8252, section 7.3; Keycloak admits any port where the redirect URI names none). It has no
 * device flow, by which somebody else could have a person sign them in (RFC 8628, section 5.4).
 */
export const commandLineClient: Step = {
  name: 'command line client',
  compare: (target) =>
    compareOwnedClient(target, {
      ...withoutFlows,
      clientId: names.commandLineClient,
      name: 'Orki command line',
      description: 'Sign-in of people to orki-sa.',
      publicClient: true,
      standardFlowEnabled: true,
      fullScopeAllowed: false,
      redirectUris: ['http://127.0.0.1/callback'],
      webOrigins: [],
      defaultClientScopes: ['basic', 'profile', 'email', names.userScope],
      attributes: {
        'pkce.code.challenge.method': 'S256',
        'access.token.signed.response.alg': 'ES256',
      },
    }),
};
