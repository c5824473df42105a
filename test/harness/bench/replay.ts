import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { request } from 'undici';

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: Buffer;
}

/**
 * A Keycloak that answers at once: it passes each request on the first time, and repeats what the real one answered from then
 * on. For reads, and for the token of a client, which lives longer than a measurement.
 */
export async function startReplay(keycloakUrl: string) {
  const answers = new Map<string, Answer>();
  const server = createServer(async (incoming, outgoing) => {
    const sent = await buffer(incoming);
    const { method = 'GET', url = '/', headers } = incoming;
    const key = `${method} ${url}`;
    const answer = answers.get(key) ?? (await passOn(keycloakUrl, { method, url, headers, sent }));
    if (answer.status < 400) answers.set(key, answer);
    outgoing.writeHead(answer.status, { 'content-type': answer.type }).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function passOn(
  keycloakUrl: string,
  {
    method,
    url,
    headers,
    sent,
  }: { method: string; url: string; headers: NodeJS.Dict<string | string[]>; sent: Buffer },
): Promise<Answer> {
  const { authorization, 'content-type': type } = headers;
  const answer = await request(`${keycloakUrl}${url}`, {
    method: method as 'GET',
    headers: { ...(authorization && { authorization }), ...(type && { 'content-type': type }) },
    ...(sent.length > 0 && { body: sent }),
  });
  return {
    status: answer.statusCode,
    type: String(answer.headers['content-type'] ?? ''),
    body: Buffer.from(await answer.body.arrayBuffer()),
  };
}
