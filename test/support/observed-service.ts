import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { fetchSigningKeys } from '../../src/auth/signing-keys.ts';
import { connectKeycloak } from '../../src/keycloak/connect.ts';
import { auditedActions } from '../../src/service-accounts/audit.ts';
import { warningDays } from '../../src/service-accounts/secret-expiry.ts';
// Loaded here, so that the first test does not wait for it.
import '../../src/observability/metrics.ts';
import { createTelemetry, publishMetrics } from '../../src/observability/telemetry.ts';
import '../../src/observability/tracing.ts';
import { httpStub, json, type Received } from './http-stub.ts';
import { issuer, testApp } from './test-app.ts';

export const canarySecret = 'canary-secret-of-the-own-client';

/** What Keycloak answers to a service that looks at a tenant without accounts; `fault` may answer instead. */
function answerAsKeycloak({ path }: Received): unknown {
  const url = new URL(path, 'http://keycloak.test');
  const clientId = url.searchParams.get('clientId');
  if (url.pathname.endsWith('/token')) return { access_token: 'canary-token', expires_in: 60 };
  if (url.pathname.endsWith('/certs')) return { keys: [] };
  if (clientId !== null) return [{ id: `id-of-${clientId}`, clientId }];
  // A lock that was just made.
  if (url.pathname.includes('id-of-orki-locks/roles/')) {
    return { id: 'lock', name: url.pathname.split('/').at(-1) };
  }
  if (url.pathname.includes('id-of-orki-usernames')) {
    return ['acme.x', 'acme.y', 'globex.x'].map((name) => ({ id: name, name }));
  }
  return [];
}

/** The service with metrics and, if asked for, traces, over a stub of Keycloak. */
export async function observedService(options: { tracesEndpoint?: string } = {}) {
  const state = { statusOf: (_request: Received): number => 200 };
  const keycloakStub = await httpStub((request, response) =>
    json(response, state.statusOf(request), answerAsKeycloak(request)),
  );
  const settings = {
    metrics: { host: '127.0.0.1', port: 0 },
    tracesEndpoint: options.tracesEndpoint,
  };
  const { metrics, tracing, observeKeycloak } = await createTelemetry(
    settings,
    keycloakStub.url,
    auditedActions,
    warningDays,
  );
  if (metrics === undefined) throw new Error('no metrics');
  const keycloak = connectKeycloak(
    {
      internalUrl: keycloakStub.url,
      realm: 'orki',
      clientId: 'orki-service-accounts',
      credential: { secret: canarySecret },
      issuer,
      callTimeoutMs: 5_000,
    },
    () => undefined,
    observeKeycloak,
  );
  const certs = new URL(`${keycloakStub.url}/realms/orki/protocol/openid-connect/certs`);
  const signingKeys = fetchSigningKeys(certs, 5_000, () => undefined, observeKeycloak);
  const published = await publishMetrics(metrics, settings.metrics, keycloak.countAccounts, () => undefined);
  onTestFinished(async () => {
    signingKeys.close();
    await published.close();
    await keycloak.close();
    await tracing?.close();
  });
  const lines: string[] = [];
  const service = await testApp({
    connectGateway: keycloak.connectGateway,
    checkReadiness: keycloak.checkReadiness,
    logger: pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) }),
    rateLimits: { perCallerPerMinute: 20, perTenantPerMinute: 30 },
    metrics,
    tracing,
  });
  return {
    ...service,
    state,
    keycloakStub,
    tracing,
    signingKeys,
    metricsUrl: published.url,
    /** The log, line by line. */
    lines: () => lines.map((line) => JSON.parse(line)),
    metrics: async () => (await fetch(published.url)).text(),
  };
}
