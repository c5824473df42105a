import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** What becomes of a call on its way to Keycloak. */
export type Fault =
  | 'none'
  /** Never reaches Keycloak, never is answered. */
  | 'stall'
  /** Takes effect, but its answer is lost. */
  | 'lose-answer'
  /** Keycloak fails and says more than anybody should hear. */
  | 'fail'
  /** Is answered, but only after so many milliseconds. */
  | { readonly delayMs: number };

export interface ProxiedCall {
  readonly method: string;
  readonly path: string;
}

export const upstreamText = 'could not execute statement [insert into CLIENT (SECRET) values (?)]';

/** A Keycloak on 127.0.0.1 that behaves as `faults` decides call by call, for a service to be pointed at. */
export async function startProxy(target: string) {
  const calls: ProxiedCall[] = [];
  const proxy = {
    url: '',
    calls,
    faults: (_call: ProxiedCall): Fault => 'none',
    /** From now on nobody listens there; what is under way is cut off. */
    close: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
    [Symbol.asyncDispose]: () => proxy.close(),
  };

  const server = createServer(async (incoming, outgoing) => {
    const call = { method: incoming.method ?? '', path: (incoming.url ?? '').replace(/\?.*/, '') };
    calls.push(call);
    const fault = proxy.faults(call);
    if (fault === 'stall') return;
    if (fault === 'fail') {
      outgoing.writeHead(500, { 'content-type': 'application/json' });
      outgoing.end(JSON.stringify({ errorMessage: upstreamText }));
      return;
    }
    if (typeof fault === 'object') await sleep(fault.delayMs);
    const answer = await forward(target, incoming).catch(() => undefined);
    if (fault === 'lose-answer') return;
    if (answer === undefined) outgoing.destroy();
    else relay(answer, outgoing);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return proxy;
}

export type KeycloakProxy = Awaited<ReturnType<typeof startProxy>>;

/** Sends a request on with its Host, by which Keycloak names itself as issuer, and reads the whole answer. */
async function forward(target: string, incoming: IncomingMessage) {
  const { method = 'GET', headers } = incoming;
  const outgoing = request(new URL(incoming.url ?? '/', target), { method, headers });
  incoming.pipe(outgoing);
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: answer.statusCode ?? 502, headers: answer.headers, body: await text(answer) };
}

function relay(answer: Awaited<ReturnType<typeof forward>>, outgoing: ServerResponse): void {
  const { 'transfer-encoding': _, ...headers } = answer.headers;
  outgoing.writeHead(answer.status, headers);
  outgoing.end(answer.body);
}
