import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import fastify from 'fastify';
import { Agent, request } from 'undici';
import { expect, it, onTestFinished, vi } from 'vitest';
import { gracefulClose } from '../src/http/close-gracefully.ts';

it('a service that ends answers whoever still reaches it, then takes no more, and waits for no idle connection', async () => {
  const app = fastify();
  const close = gracefulClose(app);
  const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
  app.get('/slow', () => mayEnd.then(() => 'slow'));
  app.get('/', () => 'quick');
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const agent = new Agent();
  onTestFinished(() => agent.destroy());
  const get = async (path: string) => {
    const { statusCode, headers, body } = await request(`${url}${path}`, { dispatcher: agent });
    return [statusCode, await body.text(), headers.connection];
  };
  // As a browser opens one that it may need, and never sends anything.
  const silent = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  await once(app.server, 'connection');

  const arrived = once(app.server, 'request');
  const underWay = get('/slow');
  await arrived;
  const closed = close();
  expect(await get('/')).toEqual([200, 'quick', 'close']);
  await vi.waitFor(() => expect(app.server.listening).toBe(false), { timeout: 5_000 });
  await expect(get('/')).rejects.toThrow('ECONNREFUSED');
  end();
  expect((await underWay).slice(0, 2)).toEqual([200, 'slow']);
  await closed;
  await once(silent, 'close');
});
