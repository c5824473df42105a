import { NetworkError } from '@keycloak/keycloak-admin-client';
import { CatalogueError } from './catalogue.ts';
import { StillDifferent } from './run.ts';
import { SettingsError } from './settings.ts';

/** Tells the operator what went wrong and what to do, in words that carry no credential. */
export function explainFailure(error: unknown, keycloakUrl: string | undefined): string {
  if (error instanceof SettingsError) return `The environment is not complete:\n${error.message}`;
  if (error instanceof CatalogueError) return `The ${error.message}`;
  if (error instanceof StillDifferent) return error.message;
  if (error instanceof NetworkError) return explainAnswer(error);
  if (error instanceof Error && error.name === 'TimeoutError') {
    return `Keycloak at ${keycloakUrl} did not answer in time`;
  }
  // fetch wraps whatever kept it from connecting into a TypeError.
  if (error instanceof TypeError && error.message === 'fetch failed') {
    const cause =
      error.cause instanceof Error
        ? ((error.cause as NodeJS.ErrnoException).code ?? error.cause.message)
        : '';
    return `Can't reach Keycloak at ${keycloakUrl}${cause && `: ${cause}`}`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function explainAnswer({ response, message }: NetworkError): string {
  const { pathname } = new URL(response.url);
  if (pathname.endsWith('/protocol/openid-connect/token')) {
    return response.status === 404
      ? `There is no realm behind ${pathname}: check KEYCLOAK_ADMIN_REALM and the path in the Keycloak URL`
      : `Keycloak refused the operator's credential (${response.status} ${message}): check KEYCLOAK_ADMIN_*`;
  }
  if (response.status === 401 || response.status === 403) {
    return `The operator is not allowed to use ${pathname} (${response.status}): it needs the administration of the whole realm, and for a realm that is yet to be made of the server`;
  }
  return `Keycloak answered ${response.status} to ${pathname}: ${message}`;
}
