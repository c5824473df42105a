import { once } from 'node:events';
import fastify from 'fastify';
import { Agent, request } from 'undici';
import { expect, it, onTestFinished, vi } from 'vitest';
import { closeGracefully } from '../src/close-gracefully.ts';

it('a service that ends answers whoever still reaches it, lets no connection be used again, then takes no more', async () => {
  const app = fastify();
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

  const arrived = once(app.server, 'request');
  const underWay = get('/slow');
  await arrived;
  const closed = closeGracefully(app);
  expect(await get('/')).toEqual([200, 'quick', 'close']);
  await vi.waitFor(() => expect(app.server.listening).toBe(false), { timeout: 5_000 });
  await expect(get('/')).rejects.toThrow('ECONNREFUSED');
  end();
  expect((await underWay).slice(0, 2)).toEqual([200, 'slow']);
  await closed;
});
