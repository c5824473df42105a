import { type ErrorCode, ServiceAccountsError } from '../../client/src/index.ts';

/** What a script goes by. They stay what they are in later versions; docs/command-line.md explains them. */
export const exitCodes = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  notSignedIn: 3,
  notAllowed: 4,
  notFound: 5,
  conflict: 6,
  refused: 7,
  tryLater: 8,
  outcomeUnknown: 9,
  secretNotDelivered: 10,
} as const;

type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Why the program ends, in words for a person. */
export class Failure extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Failure';
    this.exitCode = exitCode;
  }
}

/** The exit code of each refusal of the service. */
export const exitCodeByProblem: Readonly<Record<ErrorCode, ExitCode>> = {
  'invalid-request': exitCodes.refused,
  'invalid-json': exitCodes.refused,
  'missing-token': exitCodes.notSignedIn,
  'invalid-token': exitCodes.notSignedIn,
  'wrong-tenant': exitCodes.notAllowed,
  'tenant-off': exitCodes.notAllowed,
  'signature-invalid': exitCodes.notAllowed,
  'permission-missing': exitCodes.notAllowed,
  'service-account-not-found': exitCodes.notFound,
  'route-not-found': exitCodes.notFound,
  'method-not-allowed': exitCodes.refused,
  'change-in-progress': exitCodes.tryLater,
  'username-taken': exitCodes.conflict,
  'account-limit-reached': exitCodes.conflict,
  'overlap-unavailable': exitCodes.conflict,
  'secret-expiry-unavailable': exitCodes.conflict,
  'idempotency-key-spent': exitCodes.conflict,
  'idempotency-key-reused': exitCodes.conflict,
  'precondition-failed': exitCodes.conflict,
  'body-too-large': exitCodes.refused,
  'unsupported-media-type': exitCodes.refused,
  'rate-limited': exitCodes.tryLater,
  'internal-error': exitCodes.unexpected,
  'keycloak-unavailable': exitCodes.tryLater,
  'half-done': exitCodes.outcomeUnknown,
  'outcome-unknown': exitCodes.outcomeUnknown,
};

/** The exit code of an error; a refusal of a later version, whose code is not known here, goes by its status. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof Failure) return error.exitCode;
  if (!(error instanceof ServiceAccountsError)) return exitCodes.unexpected;
  const { code, status } = error;
  const known = Object.entries(exitCodeByProblem).find(([name]) => name === code);
  return known?.[1] ?? byStatus(status);
}

function byStatus(status: number): ExitCode {
  switch (status) {
    case 401:
      return exitCodes.notSignedIn;
    case 403:
      return exitCodes.notAllowed;
    case 404:
      return exitCodes.notFound;
    case 409:
    case 412:
      return exitCodes.conflict;
    case 429:
    case 503:
      return exitCodes.tryLater;
    case 504:
      return exitCodes.outcomeUnknown;
    default:
      return status < 500 ? exitCodes.refused : exitCodes.unexpected;
  }
}
