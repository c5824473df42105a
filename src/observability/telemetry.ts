import packageJson from '../../package.json' with { type: 'json' };
import type { KeycloakCallObserver } from './keycloak-call-observer.ts';
import { observeKeycloakCalls } from './keycloak-calls.ts';
import type { AccountTotals, Metrics } from './metrics.ts';
import type { Tracing } from './tracing.ts';

export interface TelemetrySettings {
  /** Where metrics are served; nowhere when left out. */
  readonly metrics: { readonly host: string; readonly port: number } | undefined;
  /** Where spans are sent (OTLP over HTTP); nowhere when left out. */
  readonly tracesEndpoint: string | undefined;
}

export interface Telemetry {
  readonly metrics: Metrics | undefined;
  readonly tracing: Tracing | undefined;
  readonly observeKeycloak: KeycloakCallObserver;
}

/** Metrics and traces as far as they are wanted; the libraries of what is not wanted are not even loaded. */
export async function createTelemetry(
  settings: TelemetrySettings,
  keycloakUrl: string,
  auditedActions: readonly string[],
  warningDays: readonly number[],
): Promise<Telemetry> {
  const { version } = packageJson;
  const endpoint = settings.tracesEndpoint;
  const metrics =
    settings.metrics && (await import('./metrics.ts')).createMetrics(version, auditedActions, warningDays);
  const tracing =
    endpoint === undefined
      ? undefined
      : (await import('./tracing.ts')).createTracing({ endpoint, version, keycloakUrl });
  return { metrics, tracing, observeKeycloak: observeKeycloakCalls(metrics, tracing) };
}

const countEveryMs = 10 * 60_000;
/** Counting 100,000 accounts keeps one of Keycloak's threads busy for a minute or more; it may have 2 % of it. */
const restFactor = 50;

/**
 * Serves the metrics, and counts the accounts for them now and every ten minutes, or after fifty times what counting took if that
 * is longer. Returns how to end both.
 */
export async function publishMetrics(
  metrics: Metrics,
  where: { readonly host: string; readonly port: number },
  count: () => Promise<AccountTotals>,
  onError: (error: unknown) => void,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const { serveMetrics } = await import('./metrics-server.ts');
  const server = await serveMetrics(metrics, where);
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  async function update(): Promise<void> {
    const startedAt = performance.now();
    await count().then(metrics.accountsCounted, onError);
    const tookMs = performance.now() - startedAt;
    if (!isClosed) timer = setTimeout(update, Math.max(countEveryMs, restFactor * tookMs)).unref();
  }
  void update();
  return {
    url: server.url,
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await server.close();
    },
  };
}
