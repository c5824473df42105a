import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { connectAsOperator } from '../../src/keycloak/provisioning/connect-as-operator.ts';
import { readSettings } from '../../src/keycloak/provisioning/settings.ts';

let server: Server | undefined;
afterEach(() => {
  vi.useRealTimers();
  server?.close();
});

/** A token endpoint whose tokens live 60 s, like master's; it counts what it is asked. */
async function connect() {
  const asked: URLSearchParams[] = [];
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    asked.push(new URLSearchParams(body));
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ access_token: `token-${asked.length}`, expires_in: 60 }));
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const keycloak = connectAsOperator(
    readSettings({
      KEYCLOAK_URL: `http://127.0.0.1:${port}`,
      KEYCLOAK_ADMIN_USERNAME: 'admin',
      KEYCLOAK_ADMIN_PASSWORD: 'a b+c',
    }),
  );
  return { keycloak, asked };
}

test('calls at the same time share one token', async () => {
  const { keycloak, asked } = await connect();
  const tokens = await Promise.all([keycloak.getAccessToken(), keycloak.getAccessToken()]);
  expect(tokens).toEqual(['token-1', 'token-1']);
  expect(asked).toHaveLength(1);
  expect(asked[0]?.get('password')).toBe('a b+c');
});

test('a token of 60 s is renewed before it runs out', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const { keycloak } = await connect();
  expect(await keycloak.getAccessToken()).toBe('token-1');
  vi.setSystemTime(Date.now() + 20_000);
  expect(await keycloak.getAccessToken()).toBe('token-1');
  vi.setSystemTime(Date.now() + 15_000);
  expect(await keycloak.getAccessToken()).toBe('token-2');
});
