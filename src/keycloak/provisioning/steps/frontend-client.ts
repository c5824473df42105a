import { names } from '../../../names.ts';
import type { Step } from '../comparison.ts';
import { findClient } from '../lookups.ts';
import { compareOwnedClient, noFlows } from '../owned-client.ts';
import { isProvisioned } from '../ownership.ts';

const desired = {
  ...noFlows,
  clientId: names.frontendClient,
  name: 'Orki',
  description: 'Sign-in of people to the Orki frontend.',
  publicClient: true,
  standardFlowEnabled: true,
  fullScopeAllowed: false,
  defaultClientScopes: ['basic', 'profile', 'email', names.userScope],
  attributes: {
    'pkce.code.challenge.method': 'S256',
    'access.token.signed.response.alg': 'ES256',
    'post.logout.redirect.uris': '+',
  },
};

export const frontendClient: Step = {
  name: 'frontend client',
  async compare(target, comparison) {
    const actual = await findClient(target, names.frontendClient);
    if (actual && !isProvisioned(actual)) {
      comparison.unchanged += 1;
      const scopes = [...(actual.defaultClientScopes ?? []), ...(actual.optionalClientScopes ?? [])];
      if (!scopes.includes(names.userScope)) {
        comparison.finding(
          `client ${names.frontendClient} is somebody else's and lacks the client scope ${names.userScope}: its tokens are refused until the scope is added`,
          { blocking: false },
        );
      }
      return;
    }
    const addresses = target.frontendRedirectUris && {
      redirectUris: target.frontendRedirectUris,
      // '+' is Keycloak's way of saying: the origins of the redirect URIs.
      webOrigins: ['+'],
    };
    await compareOwnedClient(target, comparison, { ...desired, ...addresses });
  },
};
