import { expect, it } from 'vitest';
import { root } from '../dev/paths.ts';
import { httpStub, json } from './support/http-stub.ts';
import { runCommand } from './support/run-command.ts';

const password = 'the-operators-own-password';
const cleared = [
  '/admin/realms/orki/clear-realm-cache',
  '/admin/realms/orki/clear-user-cache',
  '/admin/realms/orki/clear-keys-cache',
];

/** A Keycloak node that accepts the operator, and answers calls of its caches with that status. */
const startNode = (status: number) =>
  httpStub(({ path }, response) => {
    if (path.endsWith('/token')) json(response, 200, { access_token: 'a.b.c', expires_in: 60 });
    else if (status === 204) response.writeHead(204).end();
    else json(response, status, { error: 'unknown_error' });
  });

/** Runs `npm run caches` as the operator does. */
const caches = (...nodes: string[]) =>
  runCommand(process.execPath, ['src/commands/caches.ts', ...nodes], {
    cwd: root,
    env: { KEYCLOAK_ADMIN_USERNAME: 'admin', KEYCLOAK_ADMIN_PASSWORD: password },
  });

const postedTo = ({ received }: Awaited<ReturnType<typeof startNode>>) =>
  received
    .filter(({ method, path }) => method === 'POST' && path.startsWith('/admin/'))
    .map(({ path }) => path);

it('clears the caches of clients, users and keys at every node that is named', async () => {
  const nodes = [await startNode(204), await startNode(204)] as const;
  const { code, output } = await caches(nodes[0].url, `${nodes[1].url}/`);
  expect([code, output]).toEqual([0, `${nodes[0].url}: clear\n${nodes[1].url}: clear\n`]);
  expect(nodes.map(postedTo)).toEqual([cleared, cleared]);
});

it('says which node is not clear, and clears those after it all the same', async () => {
  const [gone, failing, well] = [await startNode(204), await startNode(500), await startNode(204)];
  await gone.close();
  const { code, output } = await caches(gone.url, failing.url, well.url);
  expect(code).toBe(2);
  expect(output).toContain(`${gone.url}: not clear. Can't reach Keycloak at ${gone.url}`);
  expect(output).toContain(
    `${failing.url}: not clear. Keycloak answered 500 to /admin/realms/orki/clear-realm-cache`,
  );
  expect(output).toContain(`${well.url}: clear`);
  expect(output).toContain('Restart each node that is not clear');
  expect(output).not.toContain(password);
  expect(postedTo(well)).toEqual(cleared);
});

it.each([
  { nodes: [], fault: 'Name at least one node' },
  { nodes: ['keycloak-1:8080'], fault: 'keycloak-1:8080 is not an http or https URL' },
])('refuses $nodes before it asks any node', async ({ nodes, fault }) => {
  const well = await startNode(204);
  const { code, output } = await caches(...(nodes.length > 0 ? [well.url, ...nodes] : []));
  expect(code).toBe(2);
  expect(output).toContain(fault);
  expect(well.received).toEqual([]);
});
