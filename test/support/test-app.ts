import type { FastifyInstance, InjectOptions } from 'fastify';
import { createLocalJWKSet, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { type AppDependencies, buildApp } from '../../src/app.ts';
import { createTokenVerifier } from '../../src/auth/token-verifier.ts';
import type { AuditRecord } from '../../src/service-accounts/audit.ts';
import { shippedCatalogue } from './catalogue.ts';
import { InMemoryKeycloak } from './in-memory-keycloak.ts';

export const issuer = 'https://auth.example.test/realms/orki';
export const publicUrl = 'https://api.example.test/gateway';

const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
const jwk = { ...(await exportJWK(publicKey)), kid: 'test', alg: 'ES256', use: 'sig' };
const keys = createLocalJWKSet({ keys: [jwk] });

/** The roles that a token of a person with this mode or these permissions has: Keycloak expands composites. */
export function rolesInToken(grant: 'admin' | 'agent' | readonly string[]): string[] {
  if (grant === 'admin') return ['mode-admin', ...shippedCatalogue.included.admin];
  if (grant === 'agent') return ['mode-agent', ...shippedCatalogue.included.agent];
  return [...grant];
}

export interface Person {
  readonly tenantId?: string;
  readonly grant?: 'admin' | 'agent' | readonly string[];
  readonly claims?: JWTPayload;
}

/** An access token as Keycloak would issue it to a person, or with other claims. */
export function tokenFor({ tenantId = 'acme', grant = 'admin', claims = {} }: Person = {}): Promise<string> {
  return new SignJWT({
    typ: 'Bearer',
    azp: 'orki-frontend',
    preferred_username: `somebody@${tenantId}.test`,
    tenant_id: tenantId,
    resource_access: { 'orki-api': { roles: rolesInToken(grant) } },
    sub: `subject-of-${tenantId}`,
    iss: issuer,
    aud: 'orki-api',
    ...claims,
  })
    .setProtectedHeader({ alg: 'ES256', kid: 'test', typ: 'JWT' })
    .setIssuedAt(claims.iat)
    .setExpirationTime('5m')
    .sign(privateKey);
}

export interface TestApp {
  readonly app: FastifyInstance;
  readonly keycloak: InMemoryKeycloak;
  /** Lines of the service's log. */
  readonly log: string[];
  /** What the audit log got. */
  readonly audit: AuditRecord[];
  /** A request as a person, by default acme's administrator, to a path below /api/v1/tenants. */
  request(options: RequestOptions): Promise<Answer>;
}

export interface RequestOptions extends Person {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'PUT';
  /** Below /api/v1/tenants. */
  readonly path?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
}

/** The service over an in-memory Keycloak, closed when the test ends. */
export async function testApp(options: Partial<AppDependencies> = {}): Promise<TestApp> {
  const keycloak = new InMemoryKeycloak(shippedCatalogue);
  const log: string[] = [];
  const audit: AuditRecord[] = [];
  const app = await buildApp({
    connectGateway: keycloak.connect,
    verifyToken: createTokenVerifier({ issuer, keys }),
    checkReadiness: async () => ({ keycloak: 'up', provisioned: true, missing: [], unavailable: [] }),
    logger: pino({ level: 'info' }, { write: (line: string) => void log.push(line) }),
    publicUrl,
    issuer,
    maxAccountsPerTenant: 500,
    auditLog: (record) => void audit.push(record),
    trustedProxies: [],
    rateLimits: { perCallerPerMinute: 100_000, perTenantPerMinute: 100_000 },
    corsOrigins: [],
    showDocumentation: true,
    ...options,
  });
  onTestFinished(() => app.close());
  return { app, keycloak, log, audit, request: (request) => send(app, request) };
}

async function send(app: FastifyInstance, options: RequestOptions): Promise<Answer> {
  const { method = 'GET', path = '/acme/service-accounts', body, headers } = options;
  const payload = body === undefined ? {} : { payload: body as NonNullable<InjectOptions['payload']> };
  const authorization = `Bearer ${await tokenFor(options)}`;
  const answer = await app.inject({
    method,
    url: `/api/v1/tenants${path}`,
    headers: { authorization, ...headers },
    ...payload,
  });
  const text = answer.body;
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: text === '' ? undefined : JSON.parse(text),
  };
}
