import {
  type Attributes,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { KeycloakCall } from './keycloak-call-observer.ts';
import type { KeycloakOutcome } from './keycloak-outcome.ts';

/** The span of one request. */
export interface RequestTrace {
  readonly traceId: string;
  readonly span: Span;
  end(request: {
    readonly method: string;
    readonly route: string | undefined;
    readonly status: number;
    readonly code: string | undefined;
  }): void;
}

/** The span of one call to Keycloak. */
export interface CallTrace {
  /** The trace context that Keycloak goes on with. */
  readonly headers: Readonly<Record<string, string>>;
  end(status: number | undefined, outcome: KeycloakOutcome): void;
}

export interface Tracing {
  /** @param headers those of the request, which may carry the trace context of the caller */
  startRequest(requestId: string, headers: Readonly<Record<string, unknown>>): RequestTrace;
  startCall(call: KeycloakCall, parent: RequestTrace | undefined): CallTrace;
  /** Sends what has not been sent yet. */
  close(): Promise<void>;
}

export interface TracingSettings {
  /** Where spans go (OTLP over HTTP, as JSON); `/v1/traces` is added. */
  readonly endpoint: string;
  readonly version: string;
  /** Keycloak as the service reaches it. */
  readonly keycloakUrl: string;
}

const propagator = new W3CTraceContextPropagator();

/**
 * One span a request and one a call to Keycloak, named by OpenTelemetry's semantic conventions for HTTP. Attributes
 * hold route patterns and codes: paths, queries, bodies and headers name tenants, people or secrets and stay out,
 * `url.full` and `url.path` included. What OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say goes first.
 */
export function createTracing({ endpoint, version, keycloakUrl }: TracingSettings): Tracing {
  const exporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces` });
  const own = resourceFromAttributes({ 'service.name': 'orki-service-accounts', 'service.version': version });
  const provider = new TracerProvider({
    resource: own.merge(detectResources({ detectors: [envDetector] })),
    sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
  const tracer = provider.getTracer('orki-service-accounts', version);
  const { hostname, port, protocol } = new URL(keycloakUrl);
  const server = {
    'server.address': hostname,
    'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
  };

  return {
    startRequest(requestId, headers) {
      const carrier = { traceparent: headers.traceparent, tracestate: headers.tracestate };
      const parent = propagator.extract(ROOT_CONTEXT, carrier, {
        get: (from, key) => from[key as keyof typeof carrier] as string | undefined,
        keys: Object.keys,
      });
      const attributes = { 'orki.request.id': requestId };
      const span = tracer.startSpan('HTTP', { kind: SpanKind.SERVER, attributes }, parent);
      return {
        span,
        traceId: span.spanContext().traceId,
        end({ method, route, status, code }) {
          span.updateName(route === undefined ? method : `${method} ${route}`);
          finish(span, status >= 500, {
            'http.request.method': method,
            'http.route': route,
            'http.response.status_code': status,
            'error.type': status >= 400 ? (code ?? String(status)) : undefined,
          });
        },
      };
    },

    startCall({ operation, method, retry }, parent) {
      const attributes = {
        ...server,
        'http.request.method': method,
        'http.request.resend_count': retry > 0 ? retry : undefined,
        'orki.keycloak.operation': operation,
      };
      const context = parent === undefined ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, parent.span);
      const span = tracer.startSpan(`${method} ${operation}`, { kind: SpanKind.CLIENT, attributes }, context);
      const headers: Record<string, string> = {};
      propagator.inject(trace.setSpan(context, span), headers, {
        set: (to, key, value) => {
          to[key] = value;
        },
      });
      return {
        headers,
        end(status, outcome) {
          finish(span, outcome !== 'success', {
            'http.response.status_code': status,
            'error.type': outcome === 'success' ? undefined : String(status ?? outcome),
          });
        },
      };
    },

    close: () => provider.shutdown(),
  };
}

function finish(span: Span, isError: boolean, attributes: Attributes): void {
  span.setAttributes(attributes);
  if (isError) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}
