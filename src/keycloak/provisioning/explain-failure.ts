import { NetworkError } from '@keycloak/keycloak-admin-client';
import { PermissionFileError } from './permission-file.ts';
import { StillDifferent } from './provision-realm.ts';
import { SettingsError } from './settings.ts';

/** What went wrong and what the operator can do about it; names no secret. */
export function explainFailure(error: unknown, keycloakUrl: string | undefined): string {
  if (error instanceof SettingsError)
    return `These settings are missing or wrong:\n  ${error.message.replaceAll('\n', '\n  ')}`;
  if (error instanceof PermissionFileError) return `The ${error.message}`;
  if (error instanceof StillDifferent) return error.message;
  if (error instanceof NetworkError) return explainRefusal(error);
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

function explainRefusal({ response, message }: NetworkError): string {
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
