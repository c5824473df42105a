import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

interface BalancedNode {
  readonly url: string;
}

/** After a refused connection a node is left alone for so long, as nginx does by `fail_timeout`. */
const restMs = 2_000;

/**
 * Deals requests out to nodes in turn, each one anew, whatever connection it came on. What could not be delivered, since
 * the connection was refused, goes to the next node; nothing else is sent twice. It asks no node for its health.
 */
export async function startBalancer(nodes: readonly BalancedNode[], port: number) {
  const targets = nodes.map((node) => ({
    ...node,
    agent: new Agent({ keepAlive: true, maxSockets: 256 }),
    restsUntil: 0,
  }));
  type Target = (typeof targets)[number];
  let turn = 0;

  function next(except: readonly Target[]): Target | undefined {
    const candidates = targets.filter((target) => !except.includes(target));
    const usable = candidates.filter(({ restsUntil }) => restsUntil < Date.now());
    const chosen = usable.length > 0 ? usable : candidates;
    return chosen[turn++ % chosen.length];
  }

  function deliver(incoming: IncomingMessage, outgoing: ServerResponse, body: Buffer, tried: Target[]) {
    const target = next(tried);
    if (target === undefined) return void outgoing.writeHead(502).end();
    const { method, url = '', headers } = incoming;
    const forwarded = request(`${target.url}${url}`, { method, headers, agent: target.agent });
    forwarded.on('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
      answer.on('error', () => outgoing.destroy());
    });
    forwarded.on('error', (error: NodeJS.ErrnoException) => {
      if (outgoing.headersSent) return outgoing.destroy();
      target.restsUntil = Date.now() + restMs;
      if (error.code === 'ECONNREFUSED') return deliver(incoming, outgoing, body, [...tried, target]);
      return outgoing.writeHead(502).end();
    });
    outgoing.on('close', () => {
      if (!outgoing.writableFinished) forwarded.destroy();
    });
    forwarded.end(body);
  }

  const server = createServer({ keepAliveTimeout: 65_000 }, async (incoming, outgoing) => {
    const body = await buffer(incoming).catch(() => undefined);
    if (body !== undefined) deliver(incoming, outgoing, body, []);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      for (const { agent } of targets) agent.destroy();
    },
  };
}
