import { describe, expect, it, vi } from 'vitest';
import { auditedActions } from '../../src/service-accounts/audit.ts';
import { observedService } from '../support/observed-service.ts';

/** The value of a series, given as it stands in the text; undefined when it is not there. */
function seriesValue(text: string, series: string): number | undefined {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

const requests = (method: string, route: string, status: number) =>
  `orki_http_request_duration_seconds_count{method="${method}",route="${route}",status="${status}"}`;
const calls = (operation: string, outcome: string) =>
  `orki_keycloak_call_duration_seconds_count{operation="${operation}",outcome="${outcome}"}`;
const list = '/api/v1/tenants/:tenantId/service-accounts';
const account = '/acme/service-accounts/00000000-0000-4000-8000-000000000000';

describe('the metrics', () => {
  it('are not on the port that the world sees, and alone on their own', async () => {
    const { app, metricsUrl } = await observedService();
    for (const url of ['/metrics', '/swagger/metrics', '/api/v1/metrics', '//metrics']) {
      expect((await app.inject(url)).body).not.toContain('orki_');
    }
    expect((await app.inject('/metrics')).statusCode).toBe(404);

    const answer = await fetch(metricsUrl);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect((await fetch(new URL('/livez', metricsUrl))).status).toBe(404);
    expect((await fetch(metricsUrl, { method: 'POST' })).status).toBe(405);
  });

  it('count requests by the pattern of their route and by status, whatever the path says', async () => {
    const { app, request, metrics } = await observedService();
    await request({});
    await request({ tenantId: 'globex', path: '/globex/service-accounts?search=canary' });
    await request({ path: '/globex/service-accounts' });
    await app.inject('/api/v1/tenants/acme/service-accounts');
    await app.inject('/canary');
    await app.inject('/canary/%zz');
    const text = await metrics();
    expect(seriesValue(text, requests('GET', list, 200))).toBe(2);
    expect(seriesValue(text, requests('GET', list, 403))).toBe(1);
    expect(seriesValue(text, requests('GET', list, 401))).toBe(1);
    expect(seriesValue(text, requests('GET', 'none', 404))).toBe(1);
    expect(seriesValue(text, requests('GET', 'none', 400))).toBe(1);
    expect(text).not.toMatch(/canary|acme|globex/);
  });

  it('count calls to Keycloak by operation and outcome, and those that were repeated', async () => {
    const { request, state, metrics, keycloakStub } = await observedService();
    await request({});
    expect(seriesValue(await metrics(), calls('list accounts', 'success'))).toBe(1);
    state.statusOf = ({ path }) => (path.includes('q=') ? 500 : 200);
    await request({});
    state.statusOf = ({ path }) => (path.includes('q=') ? 401 : 200);
    await request({});
    const text = await metrics();
    expect(seriesValue(text, calls('list accounts', 'failed'))).toBeGreaterThanOrEqual(1);
    expect(seriesValue(text, calls('list accounts', 'refused'))).toBe(2);
    expect(
      seriesValue(text, 'orki_keycloak_retries_total{operation="list accounts"}'),
    ).toBeGreaterThanOrEqual(1);
    await keycloakStub.close();
    await request({});
    expect(seriesValue(await metrics(), calls('list accounts', 'unreachable'))).toBeGreaterThanOrEqual(1);
  });

  it('say whether Keycloak was up when it was last called; a single 500 says nothing', async () => {
    const { request, state, metrics, keycloakStub } = await observedService();
    await request({});
    expect(seriesValue(await metrics(), 'orki_keycloak_up')).toBe(1);
    for (const [status, up] of [
      [500, 1],
      [503, 0],
      [404, 1],
    ]) {
      state.statusOf = ({ path }) => (path.includes('q=') ? (status ?? 0) : 200);
      await request({});
      expect(seriesValue(await metrics(), 'orki_keycloak_up')).toBe(up);
    }
    await keycloakStub.close();
    await request({});
    expect(seriesValue(await metrics(), 'orki_keycloak_up')).toBe(0);
  });

  it("tell since when the service's own token and the signing keys are there, and nothing before", async () => {
    const { request, metrics, signingKeys, state } = await observedService();
    state.statusOf = () => 503;
    expect(await metrics()).not.toMatch(/^orki_signing_keys_fetched_timestamp_seconds /m);
    state.statusOf = () => 200;
    const before = Date.now() / 1000;
    await request({});
    await Promise.resolve(signingKeys.keys({ alg: 'ES256', kid: 'any' }, {} as never)).catch(() => undefined);
    const text = await metrics();
    for (const name of [
      'orki_keycloak_token_obtained_timestamp_seconds',
      'orki_signing_keys_fetched_timestamp_seconds',
    ]) {
      expect(seriesValue(text, name)).toBeGreaterThanOrEqual(before - 60);
    }
  });

  it('count what the rate limits refuse, by limit', async () => {
    const { request, metrics } = await observedService();
    for (let sent = 0; sent < 22; sent += 1) await request({});
    // Refused requests count for the tenant too.
    for (let sent = 0; sent < 12; sent += 1) await request({ claims: { sub: 'another' } });
    const text = await metrics();
    expect(seriesValue(text, 'orki_rate_limited_requests_total{limit="caller"}')).toBe(2);
    expect(seriesValue(text, 'orki_rate_limited_requests_total{limit="tenant"}')).toBeGreaterThan(0);
  });

  it('have a series for each audited action from the start, so that its first record shows as an increase', async () => {
    const { metrics } = await observedService();
    const text = await metrics();
    for (const action of auditedActions) {
      const series = `orki_audit_records_total{action="${action}",outcome="done"}`;
      expect(seriesValue(text, series), action).toBe(0);
    }
  });

  it('count audit records by action and outcome', async () => {
    const { request, metrics, state } = await observedService();
    state.statusOf = ({ path }) => (path.endsWith('000000000000') ? 404 : 200);
    await request({ method: 'DELETE', path: account });
    expect(
      seriesValue(
        await metrics(),
        'orki_audit_records_total{action="delete",outcome="service-account-not-found"}',
      ),
    ).toBe(1);
  });

  it('count the accounts of all tenants together, and name none', async () => {
    const { metrics } = await observedService();
    await vi.waitFor(async () => expect(seriesValue(await metrics(), 'orki_service_accounts')).toBe(3));
    const text = await metrics();
    expect(seriesValue(text, 'orki_service_account_tenants')).toBe(2);
    expect(seriesValue(text, 'orki_service_accounts_in_largest_tenant')).toBe(2);
    expect(text).not.toMatch(/acme|globex/);
  });

  it('tell of the process itself', async () => {
    const { metrics } = await observedService();
    const text = await metrics();
    for (const name of ['process_cpu_seconds_total', 'nodejs_eventloop_lag_seconds', 'orki_build_info']) {
      expect(text).toContain(`# TYPE ${name} `);
    }
  });
});
