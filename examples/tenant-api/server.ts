import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import closeWithGrace from 'close-with-grace';
import { type FastifyError, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import * as zodProvider from 'fastify-type-provider-zod';
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import { clientCredentials, followRevocations } from './revocations.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    permission?: string;
  }
}

const NewCustomer = z.strictObject({ name: z.string().trim().min(1).max(200), email: z.email().max(254) });
const Customer = z.object({ id: z.uuid(), ...NewCustomer.shape });
const Params = z.strictObject({ tenantId: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/) });
const maxCustomersPerTenant = 100;

/** Where Keycloak puts client roles; a claim that is missing or of another shape grants nothing. */
const ResourceAccess = z
  .object({ 'orki-api': z.object({ roles: z.array(z.string()) }) })
  .catch({ 'orki-api': { roles: [] } });

const problem = (statusCode: number, code: string, message: string, headers = {}, cause?: unknown) =>
  Object.assign(new Error(message, { cause }), { statusCode, code, headers });

/** RFC 6750, section 3: what a client that holds a token has to be told when it is refused. */
const refusal = (statusCode: 401 | 403, code: string, message: string, cause?: unknown) => {
  const error = statusCode === 401 ? 'invalid_token' : 'insufficient_scope';
  const challenge = `Bearer realm="orki-api", error="${error}", error_description="${message}"`;
  return problem(statusCode, code, message, { 'www-authenticate': challenge }, cause);
};

/** RFC 9457. What the code did not mean for the caller is for the log alone. */
function sendProblem(error: FastifyError, request: FastifyRequest, reply: FastifyReply) {
  const { statusCode: status = 500, validation } = error;
  const meant = 'headers' in error;
  if (status >= 500) request.log.error({ err: error }, 'request failed');
  else request.log.info({ code: error.code, reason: (error.cause as Error)?.message }, 'request refused');
  const code = status >= 500 ? 'internal-error' : 'invalid-request';
  const detail = status >= 500 ? 'This failed here.' : error.message;
  const fields = validation?.map((field) => ({
    pointer: field.instancePath.replace(/^\/$/, ''), // RFC 6901: '' is the whole body
    code: field.keyword,
    detail: field.message,
  }));
  const described = meant ? { code: error.code, detail: error.message } : { code, detail, errors: fields };
  if (meant) reply.headers(error.headers as Record<string, string>);
  reply.code(status).type('application/problem+json');
  const type = `tag:orki.ai,2026:problem:${described.code}`;
  return reply.send({ type, title: STATUS_CODES[status], status, ...described, requestId: request.id });
}

type TokenChecks = {
  issuer: string;
  keys: JWTVerifyGetKey;
  isRevoked?: ((claims: JWTPayload) => boolean) | undefined;
};

/** Checks token, tenant of the path and permission of the route, before the body is read: 401, 403, 503. */
function authorization({ issuer, keys, isRevoked = () => false }: TokenChecks) {
  const checks = { issuer, audience: 'orki-api', algorithms: ['ES256'], requiredClaims: ['exp'] };

  /** A key that is not in the set is the token's fault (401); a set that can't be fetched is not. */
  const findKey: JWTVerifyGetKey = async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      const { JWKSNoMatchingKey, JWKSMultipleMatchingKeys } = errors;
      if (error instanceof JWKSNoMatchingKey || error instanceof JWKSMultipleMatchingKeys) throw error;
      throw problem(503, 'keys-unavailable', 'No signing keys at present.', { 'retry-after': '5' }, error);
    }
  };

  return async (request: FastifyRequest): Promise<void> => {
    const token = /^Bearer +([\w.~+/-]+=*)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (!token) {
      const headers = { 'www-authenticate': 'Bearer realm="orki-api"' }; // RFC 6750, 3.1: no error code
      throw problem(401, 'missing-token', 'Send an access token: Authorization: Bearer …', headers);
    }
    const { payload } = await jwtVerify(token, findKey, { ...checks, clockTolerance: 30 }).catch((error) => {
      if (!(error instanceof errors.JOSEError)) throw error;
      const hint = error instanceof errors.JWTExpired ? 'has expired' : 'is not valid here';
      throw refusal(401, 'invalid-token', `The access token ${hint}.`, error);
    });
    // Keycloak's ID tokens have the claim typ "ID", DPoP-bound ones "DPoP".
    if (payload.typ !== 'Bearer') throw refusal(401, 'invalid-token', 'This is not a bearer access token.');
    if (isRevoked(payload)) throw refusal(401, 'invalid-token', 'The access token was revoked.');
    if (payload.tenant_id !== (request.params as z.infer<typeof Params>).tenantId)
      throw refusal(403, 'wrong-tenant', 'The access token is not for this tenant.');
    const { permission } = request.routeOptions.config; // a route without one lets nobody in
    const { roles } = ResourceAccess.parse(payload.resource_access)['orki-api'];
    if (!permission || !roles.includes(permission))
      throw refusal(403, 'permission-missing', `This needs the permission ${permission}.`);
  };
}

/** The tenant's customers, in memory. Every route in here is behind the authorization. */
const customerRoutes: zodProvider.FastifyPluginAsyncZod<TokenChecks> = async (api, options) => {
  api.addHook('onRequest', authorization(options));
  const sample = (name: string, email: string) => ({ id: randomUUID(), name, email });
  const customers = new Map([
    ['acme', [sample('Ada Byron', 'ada@example.com'), sample('Alan Mathison', 'alan@example.com')]],
    ['globex', [sample('Grace Murray', 'grace@example.com')]],
  ]);
  const input = { params: Params, querystring: z.strictObject({}), security: [{ bearer: [] }] };

  const list = { ...input, response: { 200: z.object({ items: z.array(Customer) }) } };
  api.get('/customers', { config: { permission: 'customers:read' }, schema: list }, ({ params }) => {
    return { items: customers.get(params.tenantId) ?? [] };
  });

  const add = { ...input, body: NewCustomer, response: { 201: Customer } };
  api.post('/customers', { config: { permission: 'customers:write' }, schema: add }, (request, reply) => {
    const existing = customers.get(request.params.tenantId) ?? [];
    if (existing.length >= maxCustomersPerTenant) throw problem(409, 'limit-reached', 'The list is full.');
    const customer = { id: randomUUID(), ...request.body };
    customers.set(request.params.tenantId, [...existing, customer]);
    reply.code(201);
    return customer;
  });
};

type Options = TokenChecks & { log?: { write(line: string): void } };

/** Builds the API, neither listening nor reading the environment; `log` gets JSON lines without tokens. */
export function buildTenantApi({ issuer, keys, isRevoked, log = process.stdout }: Options) {
  // No query strings in the log: RFC 6750, section 2.3, has clients that put tokens there.
  const req = ({ method, url }: FastifyRequest) => ({ method, path: url.split('?')[0] });
  const timestamp = () => `,"time":"${new Date().toISOString()}"`;
  const logger = { stream: log, serializers: { req }, timestamp };
  const limits = { bodyLimit: 16_384, requestTimeout: 10_000, connectionTimeout: 30_000 };
  const app = fastify({ logger, ...limits, genReqId: () => randomUUID(), frameworkErrors: sendProblem });
  app.setValidatorCompiler(zodProvider.validatorCompiler);
  app.setSerializerCompiler(zodProvider.serializerCompiler);
  app.setErrorHandler(sendProblem);
  app.setNotFoundHandler(() => {
    throw problem(404, 'route-not-found', 'There is nothing at this address.');
  });
  const info = { title: 'Example tenant API', version: '1.0.0' };
  const components = { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } as const } };
  const openapi = { openapi: '3.1.0', info, components };
  app.register(swagger, { openapi, transform: zodProvider.jsonSchemaTransform });
  app.register(swaggerUi, { routePrefix: '/swagger' });
  app.get('/livez', () => ({ status: 'ok' }));
  app.register(customerRoutes, { prefix: '/gateway/api/v1/tenants/:tenantId', issuer, keys, isRevoked });
  return app;
}

const Environment = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number<string>('has to be a port').int().min(0).max(65_535).default(3001),
  ISSUER: z.url('has to be a URL').default('http://127.0.0.1:8080/realms/orki'),
  REVOCATIONS_URL: z.url('has to be a URL').optional(),
  REVOCATIONS_CLIENT_ID: z.string().default(''),
  REVOCATIONS_CLIENT_SECRET: z.string().default(''),
  JWKS_URL: z.url('has to be a URL').optional(), // where Keycloak is reached by another address than its tokens name
});

/** Says on standard error why it can't start, in a line for people, and ends. */
function giveUp(reason: string): never {
  console.error(`The tenant API can't start. ${reason}`);
  process.exit(1);
}

async function main() {
  const settings = Environment.safeParse(process.env);
  if (!settings.success)
    giveUp(settings.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}.`).join(' '));
  const { HOST: host, PORT: port, ISSUER: issuer, JWKS_URL: jwks } = settings.data;
  const certs = new URL(jwks ?? `${issuer}/protocol/openid-connect/certs`);
  const {
    REVOCATIONS_URL: url,
    REVOCATIONS_CLIENT_ID: id,
    REVOCATIONS_CLIENT_SECRET: secret,
  } = settings.data;
  const token = clientCredentials(new URL('token', certs), id, secret);
  const onFailure = (error: unknown) => app.log.error({ err: error }, 'the list of revocations was not read');
  const feed = url === undefined ? undefined : followRevocations({ url, token, onFailure });
  const keys = createRemoteJWKSet(certs, { timeoutDuration: 3000 });
  const app = buildTenantApi({ issuer, keys, isRevoked: feed?.isRevoked });
  closeWithGrace({ delay: 10_000, logger: app.log }, async () => {
    feed?.close();
    await app.close();
  });
  await app.listen({ host, port }).catch((error: NodeJS.ErrnoException) => {
    const reasons: Record<string, string> = {
      EADDRINUSE: `Port ${port} is taken by another process: stop that, or set PORT to another port.`,
      EACCES: `This user may not listen on port ${port}: set PORT to a port above 1023.`,
      EADDRNOTAVAIL: `This machine has no address ${host}: set HOST to one that it has, such as 127.0.0.1.`,
    };
    giveUp(reasons[error.code ?? ''] ?? error.message);
  });
}

if (import.meta.main) await main();
