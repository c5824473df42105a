import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { FieldError } from '../errors.ts';
import { tenantIdPattern } from '../tenant-id.ts';
import type { Metrics } from './metrics.ts';
import { type RequestContext, requestContext } from './request-context.ts';
import type { Tracing } from './tracing.ts';

/** Why a request was not carried out. */
export interface NotedProblem {
  readonly code: string;
  readonly errors?: readonly FieldError[] | undefined;
  /** For the log alone. */
  readonly error?: unknown;
}

export interface RequestWatch {
  /** For requests that Fastify refuses before its hooks run. */
  readonly watchUnroutable: (request: FastifyRequest, reply: FastifyReply) => void;
}

interface Watched {
  readonly context: RequestContext;
  readonly startedAt: number;
  isOver: boolean;
}

const watchedRequests = new WeakMap<FastifyRequest, Watched>();
const problems = new WeakMap<FastifyRequest, NotedProblem>();

/** The conventional status of a request whose sender hung up. */
const hungUp = 499;
const longestPath = 200;

/** Keeps why a request failed for its line in the log. */
export const noteProblem = (request: FastifyRequest, problem: NotedProblem) =>
  void problems.set(request, problem);

/**
 * Watches each request of `app` from its first hook to its answer's last byte: one line in the log, one observation in
 * the metrics, one span. To be called before anything else adds hooks.
 */
export function watchRequests(
  app: FastifyInstance,
  { metrics, tracing }: { readonly metrics?: Metrics | undefined; readonly tracing?: Tracing | undefined },
): RequestWatch {
  function begin(request: FastifyRequest, reply: FastifyReply): RequestContext {
    const trace = tracing?.startRequest(request.id, request.headers);
    const context: RequestContext = { requestId: request.id, trace, keycloakCalls: 0, keycloakMs: 0 };
    watchedRequests.set(request, { context, startedAt: performance.now(), isOver: false });
    reply.header('x-request-id', request.id);
    reply.raw.once('finish', () => end(request, reply.statusCode));
    reply.raw.once('close', () => end(request, hungUp));
    return context;
  }

  function end(request: FastifyRequest, status: number): void {
    const watched = watchedRequests.get(request);
    if (watched === undefined || watched.isOver) return;
    watched.isOver = true;
    const { context, startedAt } = watched;
    const ms = performance.now() - startedAt;
    // Fastify gives the handler of unknown routes a pattern of its own.
    const route = request.is404 ? undefined : request.routeOptions.url;
    const { method } = request;
    metrics?.requestFinished({ method, route, status, seconds: ms / 1000 });
    context.trace?.end({ method, route, status, code: problems.get(request)?.code });
    log(request, { status, route, durationMs: rounded(ms) }, context);
  }

  app.addHook('onRequest', (request, reply, done) => requestContext.run(begin(request, reply), done));
  // The body arrives in the socket's context; what follows it belongs to the request again.
  app.addHook('preValidation', (request, _reply, done) => {
    const watched = watchedRequests.get(request);
    return watched === undefined ? done() : requestContext.run(watched.context, done);
  });
  return { watchUnroutable: (request, reply) => void begin(request, reply) };
}

interface Outcome {
  readonly status: number;
  readonly route: string | undefined;
  readonly durationMs: number;
}

function log(request: FastifyRequest, { status, route, durationMs }: Outcome, context: RequestContext): void {
  const problem = problems.get(request);
  const { tenantId } = (request.params ?? {}) as { tenantId?: string };
  const callerRequestId = saneId(request.headers['x-request-id']);
  const line = {
    method: request.method,
    // Without the query, in which people search for each other.
    path: request.url.split('?', 1)[0]?.slice(0, longestPath),
    ...(route !== undefined && { route }),
    status,
    ...(problem && { code: problem.code }),
    ...(problem?.errors && { errors: problem.errors }),
    durationMs,
    ...(tenantId !== undefined && tenantIdPattern.test(tenantId) && { tenant: tenantId }),
    ...(request.caller && { subject: request.caller.subject, client: request.caller.clientId }),
    keycloak: { calls: context.keycloakCalls, ms: rounded(context.keycloakMs) },
    ...(context.trace && { traceId: context.trace.traceId }),
    ...(callerRequestId !== undefined && { callerRequestId }),
    ...(problem?.error !== undefined && { err: problem.error }),
  };
  request.log[levelOf(request, status)](line, problem ? 'request failed' : 'request completed');
}

/** Probes that go well are asked for every few seconds and tell nothing. */
function levelOf({ routeOptions }: FastifyRequest, status: number): 'error' | 'info' | 'debug' {
  if (status >= 500) return 'error';
  return status < 400 && /^\/(livez|readyz)$/.test(routeOptions.url ?? '') ? 'debug' : 'info';
}

const rounded = (ms: number): number => Math.round(ms * 10) / 10;

/**
 * An id that the caller gave is noted beside ours and never takes its place: whoever chooses ids can make two requests
 * look like one.
 */
function saneId(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && /^[A-Za-z0-9._:-]{1,128}$/.test(header) ? header : undefined;
}
