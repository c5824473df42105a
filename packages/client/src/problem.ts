import type { components, problemCode, problemCodes } from './schema.ts';

/** Problem details (RFC 9457) as the service writes them. */
export type Problem = components['schemas']['Problem'];

/** Every code that this version of the service has. Later versions add more. */
export type ErrorCode = problemCode;

/** What can go wrong in one operation, by its id in the contract. */
export type ErrorCodeOf<Operation extends keyof problemCodes> = problemCodes[Operation];

/** A code of a later version: any text, which does not keep an editor from offering the known ones. */
type LaterCode = string & {};

/**
 * A refusal of the service. `message` is fit to be shown to a person; decide by `code`. What is no answer of the
 * service, such as a proxy's page or a network that is down, is thrown as another error. A `code` that you do not know is
 * of a later version of the service: go by `status` then.
 */
export class ServiceAccountsError<Code extends string = ErrorCode | LaterCode> extends Error {
  readonly code: Code;
  readonly status: number;
  readonly problem: Problem;
  /** Seconds after which trying again makes sense, where the service names them. */
  readonly retryAfterSeconds: number | undefined;

  constructor(problem: Problem & { code: Code }, retryAfterSeconds?: number) {
    super(problem.detail);
    this.name = 'ServiceAccountsError';
    this.code = problem.code;
    this.status = problem.status;
    this.problem = problem;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Whether the service refused with one of these codes; with none named, whether it refused at all. */
export function isProblem<Code extends ErrorCode>(
  error: unknown,
  ...codes: readonly Code[]
): error is ServiceAccountsError<Code> {
  if (!(error instanceof ServiceAccountsError)) return false;
  return codes.length === 0 || codes.some((code) => code === error.code);
}

/** Whether a body is a problem of the service, and not of something in front of it. */
export function isProblemBody(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && 'requestId' in body;
}
