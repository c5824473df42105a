import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type ErrorCode, errorTable, ServiceError } from './errors.ts';

/** The body of every error (RFC 9457). `code` is what programs decide by; `type` is the same as a URI. */
export const problemSchema = z
  .object({
    type: z
      .string()
      .meta({ format: 'uri', description: 'Identifies the kind of problem; absolute and stable.' }),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: 'The kind of problem, for programs.' }),
    detail: z.string().optional(),
    requestId: z.string().meta({ description: 'Names this request in the log of the service.' }),
    errors: z
      .array(
        z.object({
          in: z.enum(['body', 'path', 'query']),
          pointer: z.string().meta({ description: 'JSON Pointer (RFC 6901) to the field.' }),
          code: z.string(),
          detail: z.string(),
        }),
      )
      .optional(),
  })
  .meta({ id: 'Problem', description: 'Problem details (RFC 9457).' });

/** Problem types are tag URIs (RFC 4151): absolute, ours for good, and no promise of a page behind them. */
const problemType = (code: ErrorCode): string => `tag:orki.ai,2026:problem:${code}`;

/** Answers what Fastify refuses before it looks for a route, such as a path that is not well encoded. */
export function refuseUnroutable(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  sendProblem(fromFastify(error), request, reply);
}

/** Answers every error and every unknown route of `app` with problem details, and logs each once. */
export function installProblemDetails(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError | ServiceError, request, reply) => {
    const problem = error instanceof ServiceError ? error : fromFastify(error);
    const level = problem.status >= 500 ? 'error' : 'info';
    request.log[level]({ err: error, code: problem.code, errors: problem.errors }, 'request failed');
    return sendProblem(problem, request, reply);
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(new ServiceError('route-not-found'), request, reply),
  );
}

function sendProblem(problem: ServiceError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply
    .code(problem.status)
    .headers({ ...problem.headers, 'cache-control': 'no-store' })
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send({
      type: problemType(problem.code),
      title: errorTable[problem.code].title,
      status: problem.status,
      code: problem.code,
      detail: problem.detail,
      requestId: request.id,
      errors: problem.errors,
    });
}

/** Fastify's own refusals carry codes; whatever is not one of these is a fault of ours. */
const fastifyCodes: Record<string, ErrorCode> = {
  FST_ERR_BAD_URL: 'invalid-request',
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'invalid-json',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid-request',
  FST_ERR_CTP_INVALID_JSON_BODY: 'invalid-json',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_MAX_PARAM_LENGTH: 'invalid-request',
};

function fromFastify(error: FastifyError): ServiceError {
  const code = fastifyCodes[error.code] ?? (isRefusedJson(error) ? 'invalid-json' : 'internal-error');
  return new ServiceError(code, { cause: error });
}

/** What Fastify's JSON parser throws for `__proto__` and the like bears no code of its own. */
const isRefusedJson = (error: FastifyError): boolean =>
  error instanceof SyntaxError && error.statusCode === 400;

/** The error answers of a route for the OpenAPI document, each with the codes that it can carry. */
export function problemResponses(...statuses: number[]) {
  return Object.fromEntries(
    [...statuses, 500].map((status) => {
      const codes = Object.entries(errorTable).filter(([, entry]) => entry.status === status);
      const description = `${codes.map(([code]) => `\`${code}\``).join(', ')}`;
      return [status, { description, content: { 'application/problem+json': { schema: problemSchema } } }];
    }),
  );
}
