import { createServer } from 'node:http';

/**
 * Loaded into the service (`--import`) by a run that watches its memory: tells on a port of its own what is left after
 * the garbage was collected.
 */
createServer((_request, response) => {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  response.setHeader('connection', 'close');
  response.end(JSON.stringify({ heapUsed, external, rss }));
})
  .listen(Number(process.env.MEMORY_PROBE_PORT), '127.0.0.1')
  .unref();
