import {
  InMemoryWebStorage,
  type OidcMetadata,
  type User,
  UserManager,
  WebStorageStateStore,
} from 'oidc-client-ts';
import { SessionEndedError } from '../api/access-token.ts';
import { basePath, type Configuration } from './configuration.ts';

export interface Session {
  readonly name: string;
  readonly tenantId: string;
  readonly getAccessToken: (refused?: string) => Promise<string>;
  readonly signOut: () => Promise<void>;
}

export type SignInFailure = 'unreachable' | 'refused' | 'no-tenant';

export class SignInError extends Error {
  readonly failure: SignInFailure;

  constructor(failure: SignInFailure, message = '') {
    super(message);
    this.failure = failure;
  }
}

/** Asks the person to sign in once more, and settles when that was done. */
export type AskToSignIn = (signIn: () => Promise<void>) => Promise<void>;

/** Tokens that end sooner than this are renewed before they are used. */
const leastSeconds = 20;

/**
 * Authorization code with PKCE at Keycloak (RFC 7636). Tokens are in memory alone. Who returns from Keycloak needs no
 * metadata: the page came from a service that knows its issuer as a realm of Keycloak, and it was reached just now.
 */
export function createUserManager(configuration: Configuration, isReturning: boolean): UserManager {
  const { issuer, clientId, publicUrl } = configuration;
  const address = `${new URL(publicUrl).origin}${basePath(configuration)}`;
  return new UserManager({
    authority: issuer,
    client_id: clientId,
    redirect_uri: address,
    popup_redirect_uri: address,
    post_logout_redirect_uri: address,
    scope: 'openid',
    ...(isReturning && { metadata: endpointsOf(issuer) }),
    // The proof of who asked has to outlive the way to Keycloak and back; it is of no use to anybody afterwards.
    stateStore: new WebStorageStateStore({ store: sessionStorage }),
    userStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
    automaticSilentRenew: false,
    monitorSession: false,
    validateSubOnSilentRenew: true,
  });
}

/** Where Keycloak has the endpoints of a realm (OpenID Connect Discovery 1.0, section 3). */
function endpointsOf(issuer: string): Partial<OidcMetadata> {
  const base = `${issuer}/protocol/openid-connect`;
  return {
    issuer,
    authorization_endpoint: `${base}/auth`,
    token_endpoint: `${base}/token`,
    end_session_endpoint: `${base}/logout`,
  };
}

/** Whether the page was loaded to take what Keycloak answered. */
export const isCallback = (query: URLSearchParams): boolean =>
  query.has('state') && (query.has('code') || query.has('error'));

/**
 * Signs the person in: takes Keycloak's answer, or goes there, which needs no password while the person's session
 * lives. Undefined when the browser is leaving the page.
 * @throws {SignInError}
 */
export async function signIn(manager: UserManager, place: string): Promise<User | undefined> {
  try {
    if (!isCallback(new URLSearchParams(location.search))) {
      // A redirect that fails stops everything that the document is loading (window.stop).
      await manager.metadataService.getMetadata();
      await manager.signinRedirect({ state: place });
      return undefined;
    }
    const user = await manager.signinRedirectCallback();
    history.replaceState(null, '', typeof user.state === 'string' ? user.state : location.pathname);
    return user;
  } catch (error) {
    // A callback that was loaded again, or kept as a bookmark: its answer was used before.
    if (error instanceof Error && /state/i.test(error.message)) {
      history.replaceState(null, '', location.pathname);
      await manager.signinRedirect({ state: location.pathname });
      return undefined;
    }
    const isUnreachable = error instanceof TypeError || /network|fetch|timed out/i.test(String(error));
    throw new SignInError(isUnreachable ? 'unreachable' : 'refused', (error as Error).message);
  }
}

/** A session that renews itself: by the refresh token, and when that has ended by asking the person. */
export function createSession(manager: UserManager, first: User, ask: AskToSignIn): Session {
  const tenantId = tenantOf(first.access_token);
  if (tenantId === undefined) throw new SignInError('no-tenant');
  let user = first;
  let renewing: Promise<void> | undefined;

  const signInAgain = async () => {
    const next = await manager.signinPopup({ login_hint: first.profile.preferred_username ?? '' });
    // Somebody else's session has nothing to do with what is on the screen.
    if (next.profile.sub !== first.profile.sub) location.reload();
    user = next;
  };
  const renew = async () => {
    const renewed = await manager.signinSilent().catch((error) => {
      if (error instanceof TypeError) throw error;
      return null;
    });
    if (renewed) user = renewed;
    else await ask(signInAgain);
  };

  return {
    name: first.profile.name ?? first.profile.preferred_username ?? '',
    tenantId,
    getAccessToken: async (refused) => {
      const isGood = (user.expires_in ?? 0) > leastSeconds && user.access_token !== refused;
      if (isGood) return user.access_token;
      renewing ??= renew().finally(() => {
        renewing = undefined;
      });
      await renewing;
      if (user.access_token === refused) throw new SessionEndedError();
      return user.access_token;
    },
    signOut: () => manager.signoutRedirect({ id_token_hint: user.id_token ?? '' }),
  };
}

/** The tenant that a person's token is for (`tenant_id`). */
function tenantOf(token: string): string | undefined {
  const [, payload = ''] = token.split('.');
  const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (character) =>
    character.charCodeAt(0),
  );
  const { tenant_id: tenantId } = JSON.parse(new TextDecoder().decode(bytes));
  return typeof tenantId === 'string' ? tenantId : undefined;
}
