import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorCode, errorTable, ServiceError } from '../errors.ts';
import { noteProblem } from '../observability/requests.ts';

/** Problem types are tag URIs (RFC 4151): absolute, ours for good, and no promise of a page behind them. */
const problemType = (code: ErrorCode): string => `tag:orki.ai,2026:problem:${code}`;

/** Answers what Fastify refuses before it looks for a route, such as a path that is not well encoded. */
export function refuseUnroutable(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  sendProblem(fromFastify(error), request, reply);
}

/** Answers every error and every unknown route of `app` with problem details, and keeps each for the log. */
export function installProblemDetails(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError | ServiceError, request, reply) => {
    const problem = error instanceof ServiceError ? error : fromFastify(error);
    return sendProblem(problem, request, reply);
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(new ServiceError('route-not-found'), request, reply),
  );
}

/** Unless the failure itself says when, a few seconds from now. */
const comesBack: ReadonlySet<number> = new Set([503, 504]);

function sendProblem(problem: ServiceError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { code, errors } = problem;
  // Below 500 the code says it all, unless there is a reason that the caller is not told.
  const tellsMore = problem.status >= 500 || problem.cause !== undefined;
  noteProblem(request, { code, errors, ...(tellsMore && { error: problem }) });
  return reply
    .code(problem.status)
    .headers({
      ...(comesBack.has(problem.status) && { 'retry-after': '5' }),
      ...problem.headers,
      'cache-control': 'no-store',
      'x-request-id': request.id,
    })
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
  FST_ERR_ROUTE_MISSING_CONTENT_TYPE: 'unsupported-media-type',
};

function fromFastify(error: FastifyError): ServiceError {
  const code = fastifyCodes[error.code] ?? (isRefusedJson(error) ? 'invalid-json' : 'internal-error');
  return new ServiceError(code, { cause: error });
}

/** What Fastify's JSON parser throws for `__proto__` and the like bears no code of its own. */
const isRefusedJson = (error: FastifyError): boolean =>
  error instanceof SyntaxError && error.statusCode === 400;
