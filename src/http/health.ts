import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problemResponses } from '../contract/problem-responses.ts';

/**
 * What was found on looking whether Keycloak answers and holds what provisioning makes; `unavailable` are features that can't
 * be had while everything else works.
 */
export type Readiness = { readonly unavailable: readonly string[] } & (
  | { readonly keycloak: 'up'; readonly provisioned: true; readonly missing: readonly [] }
  | { readonly keycloak: 'up'; readonly provisioned: false; readonly missing: readonly string[] }
  /** Then nothing can be found missing; `provisioned` is what was found last. */
  | { readonly keycloak: 'down'; readonly provisioned: boolean; readonly missing: readonly [] }
);

/** Looks, within a few seconds. Never throws. */
export type CheckReadiness = () => Promise<Readiness>;

const liveSchema = z.object({ status: z.literal('live') }).meta({ id: 'Liveness' });

const readySchema = z
  .object({
    status: z.enum(['ready', 'not-ready']),
    keycloak: z.enum(['up', 'down']),
    provisioned: z.boolean().meta({
      description:
        'Whether all is there that the service needs; while Keycloak is down, whether it was before.',
    }),
    missing: z.array(z.string()).meta({ description: 'What is missing, or more than it should be.' }),
    unavailable: z.array(z.string()).meta({
      description: 'Features that Keycloak, as it was started, does not have; everything else works.',
    }),
  })
  .meta({ id: 'Readiness' });

/**
 * /livez says that the process answers and asks nobody. /readyz returns 503 until Keycloak was once seen provisioned;
 * from then on Keycloak's state stands in its body alone, since taking every replica out of service would hide the
 * clear 503 that a caller gets.
 */
export function healthRoutes(fastify: FastifyInstance, checkReadiness: CheckReadiness): void {
  const app = fastify.withTypeProvider<ZodTypeProvider>();
  let wasReady = false;

  app.get(
    '/livez',
    {
      schema: {
        operationId: 'livez',
        summary: 'Whether the process answers',
        description: 'Asks nobody else, so that a Keycloak that is down restarts no service.',
        tags: ['Health'],
        security: [],
        response: {
          200: liveSchema.describe('It does.'),
          ...problemResponses(),
        },
      },
    },
    () => ({ status: 'live' as const }),
  );

  app.get(
    '/readyz',
    {
      schema: {
        operationId: 'readyz',
        summary: 'Whether the service can do its work',
        description:
          'Returns 503 until Keycloak was once seen provisioned. After that `keycloak`, `provisioned` and `missing` alone say how it is now.',
        tags: ['Health'],
        security: [],
        response: {
          200: readySchema.describe('It can.'),
          503: readySchema.describe('It can not yet.'),
          ...problemResponses(),
        },
      },
    },
    async (_request, reply) => {
      const found = await checkReadiness();
      wasReady ||= found.provisioned;
      const status = wasReady ? ('ready' as const) : ('not-ready' as const);
      reply.header('cache-control', 'no-store').code(wasReady ? 200 : 503);
      return { status, ...found, missing: [...found.missing], unavailable: [...found.unavailable] };
    },
  );
}
