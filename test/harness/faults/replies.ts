import { once } from 'node:events';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './fault.ts';

interface Reply {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

const upstreamText = 'could not execute statement [insert into CLIENT (SECRET) values (?)]';
/** Answers a call as the fault has it; without one, with what Keycloak answers. */
export async function deliver(
  fault: Fault | undefined,
  send: () => Promise<Reply>,
  outgoing: ServerResponse,
  stallMs: number,
): Promise<void> {
  switch (fault) {
    case 'swallowed':
      return;
    case 'answer lost':
      await send();
      return;
    case 'reset':
      return breakOff(await send(), outgoing);
    case 'stall':
      await sleep(stallMs);
      return relay(await send(), outgoing);
    case '401 once':
    case '401 always':
      return relay(failure(401, 'HTTP 401 Unauthorized'), outgoing);
    case '409':
      return relay(failure(409, 'Client or role already exists'), outgoing);
    case '500 after':
      await send();
      return relay(failure(500, upstreamText), outgoing);
    case '500 before':
      return relay(failure(500, upstreamText), outgoing);
    default:
      return relay(await send(), outgoing);
  }
}

function failure(status: number, errorMessage: string): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ errorMessage })),
  };
}

/** Sends a call on and reads the whole answer. */
export async function forward(target: string, incoming: IncomingMessage, body: Buffer): Promise<Reply> {
  const { method = 'GET', url = '/', headers } = incoming;
  const outgoing = request(new URL(url, target), { method, headers });
  outgoing.end(body);
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: answer.statusCode ?? 502, headers: answer.headers, body: await buffer(answer) };
}

function relay({ status, headers, body }: Reply, outgoing: ServerResponse): void {
  const { 'transfer-encoding': _, connection: __, ...kept } = headers;
  outgoing.writeHead(status, kept);
  outgoing.end(body);
}

/** Half of an answer: of its body where it has one, else of its head. */
function breakOff({ status, headers, body }: Reply, outgoing: ServerResponse): void {
  if (body.length === 0) {
    outgoing.socket?.end('HTTP/1.1 20');
    return;
  }
  const { 'transfer-encoding': _, connection: __, ...kept } = headers;
  outgoing.writeHead(status, { ...kept, 'content-length': body.length });
  outgoing.write(body.subarray(0, Math.floor(body.length / 2)), () => outgoing.destroy());
}
