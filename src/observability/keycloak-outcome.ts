/** How a call to Keycloak ended, in few enough words for a label. */
export type KeycloakOutcome =
  | 'success'
  /** 3xx or 4xx: some are what the service hoped for, such as the 409 of a name that is taken. */
  | 'refused'
  | 'failed'
  | 'timeout'
  | 'unreachable';

export function outcomeOf(
  result: { readonly status: number } | { readonly error: unknown },
): KeycloakOutcome {
  if ('error' in result) return isTimeout(result.error) ? 'timeout' : 'unreachable';
  if (result.status < 300) return 'success';
  return result.status < 500 ? 'refused' : 'failed';
}

function isTimeout(error: unknown): boolean {
  return (
    error instanceof Error && (/^(Timeout|Abort)Error$/.test(error.name) || /Timeout/.test(error.message))
  );
}

/**
 * Whether Keycloak is up, as far as the end of one call tells. A 500 does not: Keycloak answers so where two requests
 * meet in its database. What stands in front of a Keycloak that is down says 502, 503 or 504.
 */
export function saysAboutKeycloak(outcome: KeycloakOutcome, status: number | undefined): boolean | undefined {
  if (outcome === 'success' || outcome === 'refused') return true;
  if (outcome === 'failed') return status === 500 ? undefined : false;
  return false;
}
