import { expect, test } from 'vitest';
import {
  grantableRoleNames,
  parsePermissionFile,
  permissionNames,
  readPermissionFile,
} from '../../src/keycloak/provisioning/permission-file.ts';

const permission = (name: string, modes: string[] = ['agent']) => ({
  name,
  label: 'L',
  description: 'D',
  modes,
});
const fileOf = (...names: string[]) => ({
  groups: [{ name: 'things', label: 'Things', permissions: names.map((name) => permission(name)) }],
});

test('the permission file that ships is valid, and mode agent is the part that the product page promises', async () => {
  const shipped = await readPermissionFile();
  expect(permissionNames(shipped)).toHaveLength(23);
  expect(
    permissionNames(shipped).filter((name) => !permissionNames(shipped, 'admin').includes(name)),
  ).toEqual(['service-accounts:rotate-own']);
  expect(permissionNames(shipped, 'agent')).toEqual([
    'customers:read',
    'conversations:read',
    'conversations:write',
    'conversations:assign',
    'ai:use',
    'knowledge:read',
  ]);
  expect(grantableRoleNames(shipped)).toEqual(expect.arrayContaining(['mode-admin', 'mode-agent']));
});

test.each([
  ['a name without an action', fileOf('things')],
  ['a name in capitals', fileOf('Things:read')],
  ['a name of two colons', fileOf('things:read:all')],
  ["a mode's name", fileOf('mode-admin')],
  ['the same name twice', fileOf('things:read', 'things:read')],
  ['the same group twice', { groups: [...fileOf('a:b').groups, ...fileOf('c:d').groups] }],
  ['no permission', fileOf()],
  ['nothing for mode agent', { groups: [{ name: 'x', label: 'X', permissions: [permission('x:y', [])] }] }],
  ['an unknown mode', { groups: [{ name: 'x', label: 'X', permissions: [permission('x:y', ['root'])] }] }],
  [
    'a permission that mode agent includes and mode admin does not',
    {
      groups: [
        {
          name: 'x',
          label: 'X',
          permissions: [{ ...permission('x:y'), excludedFromAdmin: true }, permission('x:z')],
        },
      ],
    },
  ],
  ['an unknown field', { ...fileOf('a:b'), extra: true }],
  ['no label', { groups: [{ name: 'x', label: ' ', permissions: [permission('x:y')] }] }],
])('%s is refused', (_, content) => {
  expect(() => parsePermissionFile(content, 'the file')).toThrow(/permission catalogue the file/);
});

test('a file that is missing or is no JSON is named', async () => {
  await expect(readPermissionFile('keycloak/none.json')).rejects.toThrow(
    'permission catalogue keycloak/none.json',
  );
  await expect(readPermissionFile('LICENSE-of-none')).rejects.toThrow('LICENSE-of-none');
});
