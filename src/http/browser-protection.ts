import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

/**
 * Tells browsers to do no more than needed with the answers, and lets pages of `corsOrigins` alone read them. With no
 * origin no CORS header is ever sent. Credentials are not allowed, since callers send a bearer token and no cookie.
 */
export async function protectBrowsers(app: FastifyInstance, corsOrigins: readonly string[]): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    // It would cut Swagger UI off from the window in which a person signs in at Keycloak.
    crossOriginOpenerPolicy: false,
    // Only what ends TLS in front of the service knows whether there is TLS for all of its host.
    strictTransportSecurity: false,
  });
  if (corsOrigins.length === 0) return;
  await app.register(cors, {
    origin: [...corsOrigins],
    methods: ['GET', 'POST', 'PATCH', 'DELETE'],
    allowedHeaders: ['authorization', 'content-type', 'if-match', 'idempotency-key'],
    exposedHeaders: [
      ...['etag', 'idempotency-replayed', 'location', 'retry-after', 'x-request-id'],
      ...['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'],
    ],
    maxAge: 600,
  });
}
