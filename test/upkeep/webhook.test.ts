import { createServer, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { expect, it, onTestFinished } from 'vitest';
import { isWebhookSecret, webhookSender } from '../../src/upkeep/webhook.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const event = {
  id: 'expiring_1',
  type: 'service_account.secret_expiring',
  data: { tenantId: 'acme', days: 7 },
} as const;

/** A receiver that answers with this status, and what it got. */
async function receiver(status: number, headers: Record<string, string> = {}) {
  const got: { headers: IncomingHttpHeaders; body: string }[] = [];
  const server = createServer(async (request, response) => {
    got.push({ headers: request.headers, body: await text(request) });
    response.writeHead(status, headers).end('thanks');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  return { url: `http://127.0.0.1:${port}/hook`, got };
}

it('an event verifies as Standard Webhooks has it, and not with another body or key', async () => {
  const { url, got } = await receiver(204);
  await webhookSender({ url, secret })(event);
  const [{ headers, body } = { headers: {}, body: '' }] = got;
  const signed = headers as Record<string, string>;
  expect(new Webhook(secret).verify(body, signed)).toMatchObject({ type: event.type, data: event.data });
  expect(signed['webhook-id']).toBe(event.id);
  expect(() => new Webhook(secret).verify(`${body} `, signed)).toThrow();
  const other = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
  expect(() => new Webhook(other).verify(body, signed)).toThrow();
});

it.each([
  [500, {}],
  [302, { location: 'http://127.0.0.1:1/elsewhere' }],
])('an event that is answered with %i counts as not taken', async (status, headers) => {
  const { url } = await receiver(status, headers);
  await expect(webhookSender({ url, secret })(event)).rejects.toThrow();
});

it('a key is whsec_ and at least 24 bytes in base64', () => {
  expect(isWebhookSecret(secret)).toBe(true);
  for (const wrong of ['', 'whsec_', 'whsec_short', secret.slice(6), `${secret}!`]) {
    expect(isWebhookSecret(wrong)).toBe(false);
  }
});
