import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { drainMs } from '../time-limits.ts';

const checkMs = 50;

/**
 * To be called before the service listens; what it returns ends the service so that whoever reached it is answered. For a
 * second it goes on as before, but ends each connection with its answer; then it takes no more, and resolves when what is
 * under way is done. Closing the listener at once would reset connections that the kernel has accepted and the process
 * has not yet; and Node waits for connections on which nothing was sent, and for those left open by an answer.
 */
export function gracefulClose(app: FastifyInstance): () => Promise<void> {
  let underWay = 0;
  let isEnding = false;
  // Before Fastify sees it.
  app.server.prependListener('request', (_request, response) => {
    underWay += 1;
    response.once('close', () => {
      underWay -= 1;
    });
    if (isEnding) response.shouldKeepAlive = false;
  });
  return async () => {
    isEnding = true;
    await sleep(drainMs);
    const closed = app.close();
    const checking = setInterval(() => {
      if (underWay === 0) app.server.closeAllConnections();
    }, checkMs);
    await closed.finally(() => clearInterval(checking));
  };
}
