import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Received {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface HttpStub {
  readonly url: string;
  /** All requests so far. */
  readonly received: Received[];
  /** Refuses connections from now on; those that are open break. */
  close(): Promise<void>;
}

type Answer = (request: Received, response: ServerResponse) => void | Promise<void>;

/** A server on 127.0.0.1 that answers as `answer` says, until the test ends. */
export async function httpStub(answer: Answer): Promise<HttpStub> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks = await request.toArray();
    const { method = '', url: path = '', headers } = request;
    const entry = { method, path, headers, body: Buffer.concat(chunks).toString() };
    received.push(entry);
    await answer(entry, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    if (!server.listening) return;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  onTestFinished(close);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received, close };
}

/** Answers with JSON. */
export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
