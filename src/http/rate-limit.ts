import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';
import { ServiceError } from '../errors.ts';

export interface RateLimits {
  /** Requests that one caller may make in a minute, on each replica. */
  readonly perCallerPerMinute: number;
  /** Requests that all callers of a tenant together may make in a minute, on each replica. */
  readonly perTenantPerMinute: number;
}

const timeWindow = 60_000;

/**
 * Limits the requests to the routes of `app`, which have to be authenticated: a limit by address would fall on all
 * people behind one gateway. The RateLimit headers of each answer speak of the caller's limit. Each replica counts
 * for itself.
 * @param onRefused is told which limit was exceeded, once for each request that is refused
 */
export async function limitRates(
  app: FastifyInstance,
  limits: RateLimits,
  onRefused: (limit: 'caller' | 'tenant') => void,
): Promise<void> {
  await app.register(rateLimit, { global: false, enableDraftSpec: true });

  app.addHook(
    'preHandler',
    app.rateLimit({
      max: limits.perCallerPerMinute,
      timeWindow,
      keyGenerator: ({ caller }) => `${caller.clientId} ${caller.subject}`,
      errorResponseBuilder: () => {
        onRefused('caller');
        return rateLimited('You sent too many requests.');
      },
    }),
  );

  // The plugin's hook runs once in a request, so the second limit is asked by hand.
  const countForTenant = app.createRateLimit({
    max: limits.perTenantPerMinute,
    timeWindow,
    keyGenerator: ({ caller }) => caller.tenantId,
  });
  app.addHook('preHandler', async (request) => {
    const count = await countForTenant(request);
    if (count.isAllowed || !count.isExceeded) return;
    onRefused('tenant');
    const retryAfter = { 'retry-after': String(count.ttlInSeconds) };
    throw rateLimited('The callers of this tenant sent too many requests together.', retryAfter);
  });
}

function rateLimited(detail: string, headers?: Record<string, string>): ServiceError {
  return new ServiceError('rate-limited', { detail, ...(headers && { headers }) });
}
