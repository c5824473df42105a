import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../dev/paths.ts';
import { addressesOf, readPorts } from '../../dev/settings.ts';
import { walk } from '../../dev/walk.ts';

const commands = walk(addressesOf(readPorts({}))).map(({ command }) => command);

test("asks for the token with the product page's very words, at the local address", () => {
  const words = [
    '-X POST "http://127.0.0.1:8080/realms/orki/protocol/openid-connect/token"',
    '-H "Content-Type: application/x-www-form-urlencoded"',
    '-d "grant_type=client_credentials"',
    '-d "client_id=$CLIENT_ID"',
    '-d "client_secret=$CLIENT_SECRET"',
  ];
  expect(commands).toContainEqual(expect.stringContaining(words.join(' ')));
});

test('is made of lines that can be pasted one by one', () => {
  for (const command of commands) expect(command).not.toContain('\n');
});

test('the demo people are those that the documentation names', () => {
  const { people, password } = JSON.parse(readFileSync(join(root, 'keycloak', 'demo.json'), 'utf8'));
  expect(password).toBe('demo');
  expect(
    people.map(({ username, tenant, roles }: { username: string; tenant: string; roles: string[] }) => [
      username,
      tenant,
      roles,
    ]),
  ).toEqual([
    ['admin@acme.test', 'acme', ['mode-admin']],
    ['agent@acme.test', 'acme', ['mode-agent']],
    ['viewer@acme.test', 'acme', ['service-accounts:read', 'customers:read']],
    ['admin@globex.test', 'globex', ['mode-admin']],
  ]);
});
