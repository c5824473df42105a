import { connect } from 'node:net';

/**
 * Sends bytes as they are, where an HTTP client would tidy them up, and gives all that comes back until the other side
 * hangs up. `chunks` are sent one after the other, with `pauseMs` between them.
 */
export async function sendRaw(
  url: string,
  chunks: string | Iterable<string>,
  { pauseMs = 0 }: { pauseMs?: number } = {},
): Promise<{ text: string; statuses: number[] }> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const received: Buffer[] = [];
  const closed = new Promise<void>((resolve) => {
    socket.on('data', (data: Buffer) => received.push(data));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve());
  });
  const pieces = (typeof chunks === 'string' ? [chunks] : chunks)[Symbol.iterator]();
  const sendNext = () => {
    const piece = pieces.next();
    if (piece.done || socket.destroyed) return;
    socket.write(piece.value, 'latin1', () => {
      if (pauseMs > 0) setTimeout(sendNext, pauseMs).unref();
      else sendNext();
    });
  };
  sendNext();
  await closed;
  const text = Buffer.concat(received).toString();
  return { text, statuses: [...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map((match) => Number(match[1])) };
}

/** A request of HTTP/1.1 whose connection is closed after it, from its lines of headers and its body. */
export function rawRequest(start: string, headers: readonly string[], body = ''): string {
  const length = headers.some((line) => /^(content-length|transfer-encoding)/i.test(line))
    ? []
    : [`Content-Length: ${Buffer.byteLength(body, 'latin1')}`];
  return [`${start} HTTP/1.1`, 'Host: 127.0.0.1', ...headers, ...length, 'Connection: close', '', body].join(
    '\r\n',
  );
}
