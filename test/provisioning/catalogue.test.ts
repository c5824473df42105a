import { expect, test } from 'vitest';
import {
  allRoleNames,
  loadCatalogue,
  parseCatalogue,
  permissionNames,
} from '../../src/keycloak/provisioning/catalogue.ts';

const permission = (name: string, modes: string[] = ['agent']) => ({
  name,
  label: 'L',
  description: 'D',
  modes,
});
const catalogue = (...names: string[]) => ({
  groups: [{ name: 'things', label: 'Things', permissions: names.map((name) => permission(name)) }],
});

test('the catalogue that ships is one, and mode agent is the part that the product page promises', async () => {
  const shipped = await loadCatalogue();
  expect(permissionNames(shipped)).toHaveLength(22);
  expect(permissionNames(shipped, 'agent')).toEqual([
    'customers:read',
    'conversations:read',
    'conversations:write',
    'conversations:assign',
    'ai:use',
    'knowledge:read',
  ]);
  expect(allRoleNames(shipped)).toEqual(expect.arrayContaining(['mode-admin', 'mode-agent']));
});

test.each([
  ['a name without an action', catalogue('things')],
  ['a name in capitals', catalogue('Things:read')],
  ['a name of two colons', catalogue('things:read:all')],
  ["a mode's name", catalogue('mode-admin')],
  ['the same name twice', catalogue('things:read', 'things:read')],
  ['the same group twice', { groups: [...catalogue('a:b').groups, ...catalogue('c:d').groups] }],
  ['no permission', catalogue()],
  ['nothing for mode agent', { groups: [{ name: 'x', label: 'X', permissions: [permission('x:y', [])] }] }],
  ['an unknown mode', { groups: [{ name: 'x', label: 'X', permissions: [permission('x:y', ['root'])] }] }],
  ['an unknown field', { ...catalogue('a:b'), extra: true }],
  ['no label', { groups: [{ name: 'x', label: ' ', permissions: [permission('x:y')] }] }],
])('%s is refused', (_, content) => {
  expect(() => parseCatalogue(content, 'the file')).toThrow(/permission catalogue the file/);
});

test('a file that is missing or is no JSON is named', async () => {
  await expect(loadCatalogue('keycloak/none.json')).rejects.toThrow(
    'permission catalogue keycloak/none.json',
  );
  await expect(loadCatalogue('LICENSE-of-none')).rejects.toThrow('LICENSE-of-none');
});
