/** What a call to Keycloak came to when it did not come to what was hoped for; it goes to the log, never further. */
export class KeycloakFailure extends Error {
  readonly operation: string;
  readonly status: number | undefined;
  /** Keycloak's own words; they can hold SQL. */
  readonly upstream: string | undefined;

  constructor(operation: string, options: { status?: number; upstream?: string; cause?: unknown }) {
    const outcome = options.status === undefined ? 'no answer' : `status ${options.status}`;
    const words = options.upstream?.slice(0, 500);
    super(`Keycloak, ${operation}: ${[outcome, words].filter(Boolean).join(', ')}`, { cause: options.cause });
    this.name = 'KeycloakFailure';
    this.operation = operation;
    this.status = options.status;
    this.upstream = words;
  }
}
