import { ServiceError } from '../../errors.ts';

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

const retryAfter = { 'retry-after': '5' };

/** A 503: this call changed nothing, or it does not matter, and trying again later is right. */
export function unavailable(cause: unknown): ServiceError {
  return new ServiceError('keycloak-unavailable', {
    detail: 'The request could not be carried out. Try again in a few seconds.',
    headers: retryAfter,
    cause,
  });
}

/** A 503: a change of several steps broke off, and what it had done could not be undone. */
export function halfDone(cause: unknown): ServiceError {
  return new ServiceError('half-done', {
    detail: 'The service account may have fewer rights than before. Send the request again to finish it.',
    headers: retryAfter,
    cause,
  });
}

/** A 504: a change was sent and nobody knows whether it took effect. */
export function outcomeUnknown(cause: unknown): ServiceError {
  return new ServiceError('outcome-unknown', {
    detail: 'The change may or may not have taken effect. Read the account to find out, then try again.',
    headers: retryAfter,
    cause,
  });
}
