import { randomUUID } from 'node:crypto';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { serializerCompiler } from 'fastify-type-provider-zod';
import { authenticate } from './auth/authenticate.ts';
import type { TokenVerifier } from './auth/token-verifier.ts';
import { protectBrowsers } from './http/browser-protection.ts';
import { documentation } from './http/documentation.ts';
import { type CheckReadiness, healthRoutes } from './http/health.ts';
import { acceptJsonAlone } from './http/json-bodies.ts';
import { landing } from './http/landing.ts';
import { watchMethods } from './http/method-not-allowed.ts';
import { installProblemDetails, refuseUnroutable } from './http/problem-details.ts';
import { limitRates, type RateLimits } from './http/rate-limit.ts';
import { type SettingsPageOptions, settingsPage } from './http/settings-page.ts';
import { validatorCompiler } from './http/validation.ts';
import { type LeakRoutesOptions, leakRoutes } from './leaks/leak-routes.ts';
import type { Metrics } from './observability/metrics.ts';
import { type RequestWatch, watchRequests } from './observability/requests.ts';
import type { Tracing } from './observability/tracing.ts';
import type { AuditLog } from './service-accounts/audit.ts';
import type { ConnectGateway } from './service-accounts/gateway.ts';
import { permissionRoutes } from './service-accounts/permission-routes.ts';
import { serviceAccountRoutes } from './service-accounts/routes.ts';
import { receiveTimeoutMs, requestWorkMs } from './time-limits.ts';

export interface AppDependencies {
  readonly connectGateway: ConnectGateway;
  readonly verifyToken: TokenVerifier;
  readonly checkReadiness: CheckReadiness;
  readonly logger: FastifyBaseLogger;
  /** The service as the world sees it. */
  readonly publicUrl: string;
  /** The realm as the world sees it. */
  readonly issuer: string;
  readonly maxAccountsPerTenant: number;
  /** How many days a secret may live; undefined for any number, and for one without an end. */
  readonly maxSecretLifetimeDays?: number | undefined;
  readonly auditLog: AuditLog;
  /** Addresses of proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  readonly rateLimits: RateLimits;
  /** What takes reports of leaked secrets; undefined where none are taken. */
  readonly leaks?: LeakRoutesOptions | undefined;
  /** Origins whose pages may read answers. */
  readonly corsOrigins: readonly string[];
  /** Whether /swagger is served. */
  readonly showDocumentation: boolean;
  /** The settings page; undefined where it is not served. */
  readonly settingsPage?: Pick<SettingsPageOptions, 'folder' | 'tenantApiUrl'> | undefined;
  readonly metrics?: Metrics | undefined;
  readonly tracing?: Tracing | undefined;
}

const maxBodyBytes = 64 * 1024;

/** The service with all its routes. Never reads the environment, never listens. */
export async function buildApp(dependencies: AppDependencies): Promise<FastifyInstance> {
  const { connectGateway, verifyToken, checkReadiness, publicUrl, issuer, metrics } = dependencies;
  const { maxAccountsPerTenant, maxSecretLifetimeDays } = dependencies;
  const auditLog = countingRecords(dependencies.auditLog, metrics);
  const app = Fastify({
    loggerInstance: dependencies.logger,
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    trustProxy: dependencies.trustedProxies.length > 0 ? [...dependencies.trustedProxies] : false,
    bodyLimit: maxBodyBytes,
    requestTimeout: receiveTimeoutMs,
    connectionTimeout: receiveTimeoutMs,
    // Node would look for requests that take too long to arrive every half a minute.
    http: { connectionsCheckingInterval: 1_000 },
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: (error, request, reply) => {
      watch.watchUnroutable(request, reply);
      refuseUnroutable(error, request, reply);
    },
  });
  const watch: RequestWatch = watchRequests(app, dependencies);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  acceptJsonAlone(app);
  installProblemDetails(app);
  await protectBrowsers(app, dependencies.corsOrigins);
  const refuseOtherMethods = watchMethods(app, ['/api/', '/livez', '/readyz']);

  await documentation(app, { publicUrl, issuer, isShown: dependencies.showDocumentation });
  if (dependencies.settingsPage) await settingsPage(app, { ...dependencies.settingsPage, publicUrl, issuer });
  healthRoutes(app, checkReadiness);
  landing(app, publicUrl);

  const gatewayFor = (request: FastifyRequest) => connectGateway({ signal: deadlineOf(request) });
  const tokenUrl = `${issuer}/protocol/openid-connect/token`;
  await app.register(
    async (api) => {
      // The time runs from here: fetching the keys by which the token is checked is part of the request.
      api.addHook('onRequest', async (request) => void deadlineOf(request));
      authenticate(api, { verifyToken, gatewayFor });
      await limitRates(api, dependencies.rateLimits, (limit) => metrics?.rateLimited(limit));
      api.addHook('onRequest', async (_request, reply) => {
        reply.header('cache-control', 'no-store');
      });
      permissionRoutes(api, { gatewayFor, maxSecretLifetimeDays });
      const limits = { maxAccountsPerTenant, maxSecretLifetimeDays };
      serviceAccountRoutes(api, { gatewayFor, publicUrl, tokenUrl, auditLog, ...limits });
    },
    { prefix: '/api/v1/tenants/:tenantId' },
  );
  if (dependencies.leaks) {
    const { leaks } = dependencies;
    await app.register(async (api) => leakRoutes(api, leaks), { prefix: '/api/v1' });
  }
  refuseOtherMethods();
  return app;
}

function countingRecords(log: AuditLog, metrics: Metrics | undefined): AuditLog {
  return (record) => {
    metrics?.audited(record.action, record.outcome);
    log(record);
  };
}

const deadlines = new WeakMap<FastifyRequest, AbortSignal>();

/** When a request's work has to be over; the same for all that is done for it. */
function deadlineOf(request: FastifyRequest): AbortSignal {
  const known = deadlines.get(request);
  if (known !== undefined) return known;
  const signal = AbortSignal.timeout(requestWorkMs);
  deadlines.set(request, signal);
  return signal;
}
