import { pino } from 'pino';
import { createServiceAccountsClient } from '../../packages/client/src/index.ts';
import { type AppDependencies, buildApp } from '../../src/app.ts';
import { fetchSigningKeys } from '../../src/auth/signing-keys.ts';
import { createTokenVerifier } from '../../src/auth/token-verifier.ts';
import { connectKeycloak } from '../../src/keycloak/connect.ts';
import { names } from '../../src/names.ts';
import type { KeycloakCallObserver } from '../../src/observability/keycloak-call-observer.ts';
import type { AuditRecord } from '../../src/service-accounts/audit.ts';
import { jsonRequest } from './json-request.ts';
import { type LiveRealm, liveRealm, type PersonName } from './live-realm.ts';

export const publicUrl = 'https://api.example.test/gateway';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
}

export interface RequestOptions {
  /** A person, or an access token; by default acme's administrator. */
  readonly as?: PersonName | { readonly token: string };
  readonly method?: string;
  /** Below /api/v1/tenants; by default acme's service accounts. */
  readonly path?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ServiceSettings {
  /** Keycloak as the service reaches it, when not directly. */
  readonly internalUrl?: string;
  readonly callTimeoutMs?: number;
  /** After which a lock that was not given back counts as left behind; as in production unless given. */
  readonly lockLeaseMs?: number;
  /** How many nodes the service is told that Keycloak has; one unless given. */
  readonly nodes?: number;
  readonly maxAccountsPerTenant?: number;
  readonly maxSecretLifetimeDays?: number;
  readonly requestsPerMinute?: number;
  readonly logLevel?: string;
  /** Where a browser finds it, with /swagger; by default it says that it is elsewhere, and shows none. */
  readonly port?: number;
  readonly corsOrigins?: readonly string[];
  readonly settingsPage?: AppDependencies['settingsPage'];
  readonly metrics?: AppDependencies['metrics'];
  /** Is told of the Admin API's calls and of those for the service's own token. */
  readonly observeKeycloak?: KeycloakCallObserver;
}

/** The service as it runs in production, on a port of its own, over a provisioned realm. */
export async function startService(realm: LiveRealm, settings: ServiceSettings = {}) {
  const { internalUrl = realm.url, callTimeoutMs = 10_000, requestsPerMinute = 100_000, port = 0 } = settings;
  const { issuer, name } = realm;
  const connection = { internalUrl, issuer, realm: name, clientId: names.serviceClient, callTimeoutMs };
  const keycloak = connectKeycloak(
    {
      ...connection,
      credential: { secret: realm.secret },
      nodes: settings.nodes ?? 1,
      ...(settings.lockLeaseMs === undefined ? {} : { lockLeaseMs: settings.lockLeaseMs }),
    },
    () => undefined,
    settings.observeKeycloak,
  );
  const certs = `${internalUrl}/realms/${realm.name}/protocol/openid-connect/certs`;
  const signingKeys = fetchSigningKeys(new URL(certs), callTimeoutMs, () => undefined);
  const log: string[] = [];
  const audit: AuditRecord[] = [];
  const app = await buildApp({
    connectGateway: keycloak.connectGateway,
    checkReadiness: keycloak.checkReadiness,
    verifyToken: createTokenVerifier({ issuer: realm.issuer, keys: signingKeys.keys }),
    logger: pino({ level: settings.logLevel ?? 'info' }, { write: (line: string) => void log.push(line) }),
    publicUrl: port === 0 ? publicUrl : `http://127.0.0.1:${port}`,
    issuer: realm.issuer,
    maxAccountsPerTenant: settings.maxAccountsPerTenant ?? 500,
    maxSecretLifetimeDays: settings.maxSecretLifetimeDays,
    auditLog: (record) => void audit.push(record),
    trustedProxies: [],
    rateLimits: { perCallerPerMinute: requestsPerMinute, perTenantPerMinute: 100_000 },
    corsOrigins: settings.corsOrigins ?? [],
    showDocumentation: port !== 0,
    settingsPage: settings.settingsPage,
    metrics: settings.metrics,
  });
  const url = await app.listen({ host: '127.0.0.1', port });

  async function request(options: RequestOptions = {}): Promise<Answer> {
    const { as = 'admin', method = 'GET', path = '/acme/service-accounts', ...wanted } = options;
    const token = typeof as === 'string' ? await realm.tokenOf(as) : as.token;
    return send(`${url}/api/v1/tenants${path}`, jsonRequest(token, { method, ...wanted }));
  }

  return {
    url,
    server: app.server,
    /** Lines of the service's log. */
    log,
    audit,
    request,
    get: (path: string) => send(`${url}${path}`),
    async [Symbol.asyncDispose]() {
      await app.close();
      signingKeys.close();
      await keycloak.close();
    },
  };
}

async function send(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, init);
  const text = await response.text();
  const body = text === '' ? undefined : JSON.parse(text);
  return { status: response.status, headers: response.headers, text, body };
}

/** A service over a realm of its own. */
export async function liveService(prefix: string) {
  const realm = await liveRealm(prefix);
  const service = await startService(realm);

  return {
    ...service,
    realm,
    /** The service's client, which here sends each call once, so that a test sees every refusal. */
    clientOf: (person: PersonName = 'admin', tenantId = 'acme') =>
      createServiceAccountsClient({
        baseUrl: service.url,
        tenantId,
        token: () => realm.tokenOf(person),
        retries: 0,
      }),
    /** Creates an account that a test needs, and gives the answer's body. */
    async create(body: object, as: PersonName = 'admin', tenantId = 'acme') {
      const path = `/${tenantId}/service-accounts`;
      const answer = await service.request({ as, method: 'POST', path, body });
      if (answer.status !== 201) throw new Error(`not created: ${answer.text}`);
      return answer.body;
    },
  };
}

export type LiveService = Awaited<ReturnType<typeof liveService>>;
