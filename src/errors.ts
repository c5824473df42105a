/**
 * The closed table of everything that can go wrong: a code that callers may rely on, its HTTP status and title.
 * Nothing else ever decides the status of an error.
 */
export const errorTable = {
  'invalid-request': { status: 400, title: 'The request is not valid' },
  'invalid-json': { status: 400, title: 'The body is not valid JSON' },
  'missing-token': { status: 401, title: 'An access token is needed' },
  'invalid-token': { status: 401, title: 'The access token is not accepted' },
  'wrong-tenant': { status: 403, title: 'The access token belongs to another tenant' },
  'tenant-off': { status: 403, title: "The tenant's service accounts are switched off" },
  'signature-invalid': { status: 403, title: 'The signature is not valid' },
  'permission-missing': { status: 403, title: 'A permission is missing' },
  'service-account-not-found': { status: 404, title: 'There is no such service account' },
  'route-not-found': { status: 404, title: 'There is no such resource' },
  'method-not-allowed': { status: 405, title: 'The resource does not know this method' },
  'change-in-progress': { status: 409, title: 'Another change is under way' },
  'username-taken': { status: 409, title: 'The username is taken' },
  'account-limit-reached': { status: 409, title: 'The tenant has as many service accounts as it may' },
  'overlap-unavailable': { status: 409, title: 'A secret can only be replaced at once' },
  'secret-expiry-unavailable': { status: 409, title: 'A secret cannot expire here' },
  'idempotency-key-spent': { status: 409, title: 'The request can no longer be repeated' },
  'precondition-failed': { status: 412, title: 'The service account was changed meanwhile' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body has to be JSON' },
  'idempotency-key-reused': { status: 422, title: 'The Idempotency-Key belongs to another request' },
  'rate-limited': { status: 429, title: 'Too many requests' },
  'internal-error': { status: 500, title: 'Something went wrong here' },
  'keycloak-unavailable': { status: 503, title: 'Keycloak does not answer' },
  'half-done': { status: 503, title: 'The change was begun and could not be finished' },
  'outcome-unknown': { status: 504, title: 'Keycloak did not confirm the change' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof errorTable;

/** What is wrong with one field: where it stands, a stable code, and a sentence for a person. */
export interface FieldError {
  readonly in: 'body' | 'path' | 'query' | 'header';
  /** A JSON Pointer (RFC 6901) into that part of the request. */
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

interface ServiceErrorOptions {
  /** What happened and what to do, for the person who reads it. Never an upstream message, never a secret. */
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
  /** What happened, for the log alone. */
  readonly cause?: unknown;
  /** Whether a call that was sent may take effect after this; by default where the outcome is unknown. */
  readonly mayStillTakeEffect?: boolean;
}

/** An expected failure: `detail` and `errors` go to the caller, `cause` goes to the log. */
export class ServiceError extends Error {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly errors: readonly FieldError[] | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly mayStillTakeEffect: boolean;

  constructor(code: ErrorCode, options: ServiceErrorOptions) {
    super(options.detail, { cause: options.cause });
    this.name = 'ServiceError';
    this.code = code;
    this.detail = options.detail;
    this.errors = options.errors;
    this.headers = options.headers ?? {};
    this.mayStillTakeEffect = options.mayStillTakeEffect ?? code === 'outcome-unknown';
  }

  get status(): number {
    return errorTable[this.code].status;
  }
}

/** Whether a change was sent and nobody knows what came of it. */
export const isOutcomeUnknown = (error: unknown): boolean =>
  error instanceof ServiceError && error.code === 'outcome-unknown';

const retryAfter = { 'retry-after': '5' };

/**
 * A 503: this request changed nothing, or nothing that matters, and sending it again later is right.
 * @param mayStillTakeEffect whether a call of it may still arrive, which the account's lock has to outlast
 */
export function keycloakUnavailable(
  cause: unknown,
  detail = 'The request could not be carried out. Try again in a few seconds.',
  { mayStillTakeEffect = false } = {},
): ServiceError {
  return new ServiceError('keycloak-unavailable', { detail, headers: retryAfter, cause, mayStillTakeEffect });
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
export function outcomeUnknown(
  cause: unknown,
  detail = 'The change may or may not have taken effect. Read the account to find out, then try again.',
): ServiceError {
  return new ServiceError('outcome-unknown', { detail, headers: retryAfter, cause });
}

/** Whether a call that was sent may take effect after this failure, whatever the caller is told. */
export const mayStillTakeEffect = (error: unknown): boolean =>
  error instanceof ServiceError && error.mayStillTakeEffect;

/** A 400 that names one field of the body. */
export function invalidField(pointer: string, code: string, detail: string): ServiceError {
  return new ServiceError('invalid-request', {
    detail,
    errors: [{ in: 'body', pointer, code, detail }],
  });
}

/** An error's message followed by those of its causes: a log follows the causes of one error, not of two. */
export function messageWithCauses(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${messageWithCauses(error.cause)}`;
}
