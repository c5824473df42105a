import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { httpStub, json } from '../support/http-stub.ts';
import { canarySecret, observedService } from '../support/observed-service.ts';

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly attributes: { readonly key: string; readonly value: Record<string, unknown> }[];
  readonly status: { readonly code: number };
}

const serverKind = 2;
const clientKind = 3;
const errorStatus = 2;

/** A receiver of OTLP over HTTP, and a service that sends its spans there. */
async function tracedService() {
  const receiver = await httpStub((_request, response) => json(response, 200, {}));
  const service = await observedService({ tracesEndpoint: receiver.url });
  return {
    ...service,
    receiver,
    /** All spans, once the service has sent them. */
    async spans(): Promise<Span[]> {
      await service.tracing?.close();
      return receiver.received.flatMap(({ body }) =>
        JSON.parse(body).resourceSpans.flatMap((resource: { scopeSpans: { spans: Span[] }[] }) =>
          resource.scopeSpans.flatMap((scope) => scope.spans),
        ),
      );
    },
  };
}

function attributesOf({ attributes }: Span): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

describe('traces', { timeout: 30_000 }, () => {
  it('have a span for the request and one for each call to Keycloak, named by convention', async () => {
    const { request, receiver, spans, keycloakStub } = await tracedService();
    const { headers } = await request({});
    const all = await spans();
    expect(receiver.received[0]?.path).toBe('/v1/traces');
    const [own, ...others] = all.filter(({ kind }) => kind === serverKind);
    expect(others).toEqual([]);
    expect(own?.name).toBe('GET /api/v1/tenants/:tenantId/service-accounts');
    expect(attributesOf(own as Span)).toEqual({
      'http.request.method': 'GET',
      'http.route': '/api/v1/tenants/:tenantId/service-accounts',
      'http.response.status_code': 200,
      'orki.request.id': headers['x-request-id'],
    });
    const calls = all.filter(({ parentSpanId }) => parentSpanId === own?.spanId);
    expect(calls.map(({ name }) => name)).toContain('GET list accounts');
    expect(new Set(calls.map(({ kind }) => kind))).toEqual(new Set([clientKind]));
    expect(attributesOf(calls.find(({ name }) => name === 'GET list accounts') as Span)).toEqual({
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'orki.keycloak.operation': 'list accounts',
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(keycloakStub.url).port),
    });
    expect(receiver.received[0]?.body).toContain('"orki-service-accounts"');
  });

  it('go on with the trace of the caller, and Keycloak gets to go on with this one', async () => {
    const { request, spans, keycloakStub } = await tracedService();
    const traceId = randomBytes(16).toString('hex');
    const parent = randomBytes(8).toString('hex');
    await request({ headers: { traceparent: `00-${traceId}-${parent}-01`, tracestate: 'vendor=x' } });
    const all = await spans();
    const own = all.find(({ kind }) => kind === serverKind);
    expect(own).toMatchObject({ traceId, parentSpanId: parent });
    for (const { headers } of keycloakStub.received.filter(({ path }) => path.includes('q='))) {
      const call = all.find(({ spanId }) => headers.traceparent === `00-${traceId}-${spanId}-01`);
      expect(call).toMatchObject({ kind: clientKind, parentSpanId: own?.spanId });
      expect(headers.tracestate).toBe('vendor=x');
    }
  });

  it('take a trace context that is none for none', async () => {
    const { request, spans } = await tracedService();
    expect((await request({ headers: { traceparent: 'canary' } })).status).toBe(200);
    const own = (await spans()).find(({ kind }) => kind === serverKind);
    expect(own?.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(own?.parentSpanId).toBeUndefined();
  });

  it('mark what failed, and a call that was repeated', async () => {
    const { request, spans, state } = await tracedService();
    state.statusOf = ({ path }) => (path.includes('q=') ? 401 : 200);
    await request({});
    const all = await spans();
    const own = all.find(({ kind }) => kind === serverKind) as Span;
    expect(own.status.code).toBe(errorStatus);
    expect(attributesOf(own)).toMatchObject({
      'http.response.status_code': 503,
      'error.type': 'keycloak-unavailable',
    });
    const [, again] = all.filter(({ name }) => name === 'GET list accounts');
    expect(attributesOf(again as Span)).toMatchObject({
      'error.type': '401',
      'http.request.resend_count': 1,
    });
  });

  it('hold no secret, no token, no person and no tenant', async () => {
    const { app, request, receiver, spans } = await tracedService();
    await request({ path: '/acme/service-accounts?search=canary-query' });
    await app.inject({ url: '/canary-path?canary=1', headers: { 'x-canary': 'canary-header' } });
    await spans();
    const text = receiver.received.map(({ body }) => body).join();
    expect(text).not.toMatch(/canary|acme|subject-of|somebody|Bearer/);
    expect(text).not.toContain(canarySecret);
  });
});

describe('without an endpoint for traces and a port for metrics', () => {
  it('neither library is loaded', { timeout: 30_000 }, async () => {
    const script = `
      import { registerHooks } from 'node:module';
      const loaded = [];
      registerHooks({ resolve(specifier, context, next) {
        const resolved = next(specifier, context);
        loaded.push(resolved.url);
        return resolved;
      } });
      const libraries = () => ['fastify', 'prom-client', '@opentelemetry/sdk-trace'].filter((name) =>
        loaded.some((url) => url.includes('/node_modules/' + name + '/')));
      await import('${new URL('../../src/app.ts', import.meta.url)}');
      const { createTelemetry } = await import('${new URL('../../src/observability/telemetry.ts', import.meta.url)}');
      const keycloak = 'http://keycloak.test';
      await createTelemetry({}, keycloak, [], []);
      const stages = [libraries()];
      await createTelemetry({ metrics: { host: '127.0.0.1', port: 0 } }, keycloak, [], []);
      stages.push(libraries());
      await createTelemetry({ tracesEndpoint: 'http://collector.test:4318' }, keycloak, [], []);
      stages.push(libraries());
      console.log(JSON.stringify(stages));
    `;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
    expect(JSON.parse(stdout)).toEqual([
      ['fastify'],
      ['fastify', 'prom-client'],
      ['fastify', 'prom-client', '@opentelemetry/sdk-trace'],
    ]);
  });
});
