import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { KeycloakCall } from './keycloak-call-observer.ts';
import { type KeycloakOutcome, saysAboutKeycloak } from './keycloak-outcome.ts';

export interface FinishedRequest {
  readonly method: string;
  /** The pattern of the route, never the path itself; undefined when there is no such route. */
  readonly route: string | undefined;
  readonly status: number;
  readonly seconds: number;
}

export interface FinishedCall extends KeycloakCall {
  readonly outcome: KeycloakOutcome;
  readonly status: number | undefined;
  readonly seconds: number;
}

/** How many service accounts there are, without a word of whose they are. */
export interface AccountTotals {
  readonly accounts: number;
  readonly tenants: number;
  /** The accounts of the tenant that has most. */
  readonly mostInOneTenant: number;
}

export interface Metrics {
  requestFinished(request: FinishedRequest): void;
  keycloakCallFinished(call: FinishedCall): void;
  rateLimited(limit: 'caller' | 'tenant'): void;
  audited(action: string, outcome: string): void;
  /** A warning was given, so many days before the end of a secret. */
  secretExpiring(days: number): void;
  accountsCounted(totals: AccountTotals): void;
  /** All metrics in Prometheus' text format. */
  text(): Promise<{ readonly contentType: string; readonly body: string }>;
}

const requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** A call is cut off after three seconds. */
const callBuckets = [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3];

/**
 * Metrics under the names of Prometheus' conventions, in seconds. Each label has few values: routes by their pattern,
 * operations and outcomes by a closed list; no tenant, no account and no person is among them.
 * @param actions what is audited of requests
 * @param warningDays how many days before the end of a secret there are warnings
 */
export function createMetrics(
  version: string,
  actions: readonly string[],
  warningDays: readonly number[],
): Metrics {
  const registers = [new Registry()];
  const [registry] = registers as [Registry];
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string) => {
    const made = new Gauge({ name, help, registers });
    // Until it is known there is nothing to say; 0 would say something.
    made.remove();
    return made;
  };

  const info = {
    name: 'orki_build_info',
    help: 'The version that runs.',
    labelNames: ['version'],
    registers,
  };
  new Gauge(info).set({ version }, 1);
  const requests = new Histogram({
    name: 'orki_http_request_duration_seconds',
    help: 'Requests to the service, by route and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: requestBuckets,
    registers,
  });
  const calls = new Histogram({
    name: 'orki_keycloak_call_duration_seconds',
    help: 'Calls to Keycloak, by operation and outcome.',
    labelNames: ['operation', 'outcome'],
    buckets: callBuckets,
    registers,
  });
  const retries = new Counter({
    name: 'orki_keycloak_retries_total',
    help: 'Calls to Keycloak that repeated an earlier one.',
    labelNames: ['operation'],
    registers,
  });
  const refused = new Counter({
    name: 'orki_rate_limited_requests_total',
    help: 'Requests refused because a caller, or the callers of a tenant together, sent too many.',
    labelNames: ['limit'],
    registers,
  });
  // A series that appears with its first event shows no increase, and alerts would miss that one.
  for (const limit of ['caller', 'tenant']) refused.inc({ limit }, 0);
  calls.zero({ operation: 'obtain service token', outcome: 'refused' });
  const records = new Counter({
    name: 'orki_audit_records_total',
    help: 'Audit records written, by action and outcome.',
    labelNames: ['action', 'outcome'],
    registers,
  });
  for (const action of actions) {
    for (const outcome of ['done', 'outcome-unknown', 'permission-missing'])
      records.inc({ action, outcome }, 0);
  }
  const warnings = new Counter({
    name: 'orki_secret_expiry_warnings_total',
    help: 'Warnings that a secret ends within so many days.',
    labelNames: ['days'],
    registers,
  });
  for (const days of warningDays) warnings.inc({ days }, 0);
  const up = gauge('orki_keycloak_up', 'Whether Keycloak was up (1) or down (0) when it was last called.');
  const tokenTime = gauge(
    'orki_keycloak_token_obtained_timestamp_seconds',
    "When the service's own token was obtained.",
  );
  const keysTime = gauge(
    'orki_signing_keys_fetched_timestamp_seconds',
    "When the realm's signing keys (JWKS) were fetched.",
  );
  const lastSuccess: Record<string, Gauge> = {
    'obtain service token': tokenTime,
    'fetch signing keys': keysTime,
  };
  const accounts = gauge('orki_service_accounts', 'Service accounts in the realm, all tenants together.');
  const tenants = gauge('orki_service_account_tenants', 'Tenants that have a service account.');
  const most = gauge('orki_service_accounts_in_largest_tenant', 'Accounts of the tenant that has most.');

  return {
    requestFinished: ({ method, route = 'none', status, seconds }) =>
      requests.observe({ method, route, status }, seconds),
    keycloakCallFinished({ operation, outcome, retry, status, seconds }) {
      calls.observe({ operation, outcome }, seconds);
      if (retry > 0) retries.inc({ operation });
      const isUp = saysAboutKeycloak(outcome, status);
      if (isUp !== undefined) up.set(isUp ? 1 : 0);
      if (outcome === 'success') lastSuccess[operation]?.setToCurrentTime();
    },
    rateLimited: (limit) => refused.inc({ limit }),
    audited: (action, outcome) => records.inc({ action, outcome }),
    secretExpiring: (days) => warnings.inc({ days }),
    accountsCounted(totals) {
      accounts.set(totals.accounts);
      tenants.set(totals.tenants);
      most.set(totals.mostInOneTenant);
    },
    text: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}
