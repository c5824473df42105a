import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

/** For what is on its way: connections in the kernel's queue, and callers who were sent here a moment ago. */
const drainMs = 1_000;
const idleCheckMs = 50;

/**
 * Ends the service so that whoever reached it is answered. For a second it goes on as before, but ends each connection
 * with its answer; then it takes no more, and resolves when what is under way is done. Closing the listener at once would
 * reset connections that the kernel has accepted and the process has not yet.
 */
export async function closeGracefully(app: FastifyInstance): Promise<void> {
  app.server.prependListener('request', (_request, response) => {
    response.shouldKeepAlive = false;
  });
  await sleep(drainMs);
  const closed = app.close();
  // A request that began before may leave its connection open, which would be waited for until it times out.
  const sweeping = setInterval(() => app.server.closeIdleConnections(), idleCheckMs);
  await closed.finally(() => clearInterval(sweeping));
}
