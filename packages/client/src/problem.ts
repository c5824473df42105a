import type { components, operations } from './schema.ts';

/** Problem details (RFC 9457) as the service writes them. */
export type Problem = components['schemas']['Problem'];

/** Everything that can go wrong. Later versions of the service may add codes. */
export type ErrorCode = Problem['code'];

/** What can go wrong in one operation, by its id in the contract. */
export type ErrorCodeOf<Operation extends keyof operations> = CodesIn<operations[Operation]['responses']>;

type CodesIn<Responses> = {
  [Status in keyof Responses]: Responses[Status] extends {
    content: { 'application/problem+json': { code: infer Code } };
  }
    ? Code
    : never;
}[keyof Responses];

/**
 * A refusal of the service. `message` is fit to be shown to a person; decide by `code`. What is no answer of the
 * service, such as a proxy's page or a network that is down, is thrown as another error.
 */
export class ServiceAccountsError<Code extends ErrorCode = ErrorCode> extends Error {
  readonly code: Code;
  readonly status: number;
  readonly problem: Problem;
  /** Seconds after which trying again makes sense, where the service names them. */
  readonly retryAfterSeconds: number | undefined;

  constructor(problem: Problem & { code: Code }, retryAfterSeconds?: number) {
    super(problem.detail ?? problem.title);
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
