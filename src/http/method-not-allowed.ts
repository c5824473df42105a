import type { FastifyInstance } from 'fastify';
import { ServiceError } from '../errors.ts';

/**
 * Notes the methods of every route below `prefixes` that is added from now on. The function it returns, called after
 * the last route, makes all other methods of those paths answer 405 with Allow (RFC 9110, 15.5.6).
 */
export function watchMethods(app: FastifyInstance, prefixes: readonly string[]): () => void {
  const known = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    if (!prefixes.some((prefix) => url.startsWith(prefix))) return;
    known.set(url, (known.get(url) ?? new Set()).union(new Set([method].flat())));
  });
  return () => {
    for (const [url, allowed] of [...known]) {
      const allow = [...allowed].sort().join(', ');
      app.route({
        url,
        method: app.supportedMethods.filter((method) => !allowed.has(method)),
        schema: { hide: true },
        // Before the body is looked at: what is wrong with it matters less.
        onRequest: async () => {
          throw new ServiceError('method-not-allowed', { headers: { allow } });
        },
        handler: () => undefined,
      });
    }
  };
}
