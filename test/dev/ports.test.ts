import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { describeHolder, isFree } from '../../dev/ports.ts';
import { readPorts } from '../../dev/settings.ts';

const server = createServer();
afterEach(() => void server.close());

test.each(['127.0.0.1', '0.0.0.0'])('sees that a port is taken on %s, and by whom', async (host) => {
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await isFree(port)).toBe(false);
  expect(describeHolder(port)).toContain(`process ${process.pid}`);
  server.close();
  await once(server, 'close');
  expect(await isFree(port)).toBe(true);
});

test('ports are the documented ones unless the environment or a running system says otherwise', () => {
  expect(readPorts({})).toEqual({ service: 3000, keycloak: 8080, tenantApi: 3001 });
  expect(readPorts({ PORT: '4000' }, { service: 5000, keycloak: 5001, tenantApi: 5002 })).toEqual({
    service: 4000,
    keycloak: 5001,
    tenantApi: 5002,
  });
});

test.each([{ PORT: 'x' }, { PORT: '0' }, { KEYCLOAK_PORT: '65536' }, { TENANT_API_PORT: '80.5' }])(
  'refuses %j',
  (env) => {
    expect(() => readPorts(env)).toThrow(/has to be a port/);
  },
);

test('refuses the same port twice', () => {
  expect(() => readPorts({ PORT: '3001' })).toThrow(/a port of its own/);
});
