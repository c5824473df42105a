import { describe, expect, it } from 'vitest';
import { create, people } from './support/accounts.ts';
import { shippedCatalogue } from './support/catalogue.ts';
import { type Answer, type Person, type TestApp, testApp } from './support/test-app.ts';

interface Listed {
  readonly name: string;
  readonly includedIn: readonly string[];
  readonly grantable: boolean;
}

const catalogueFor = (service: TestApp, person: Person = {}): Promise<Answer> =>
  service.request({ ...person, path: '/acme/permissions' });
const permissionsIn = ({ body }: Answer): Listed[] =>
  body.groups.flatMap(({ permissions }: { permissions: Listed[] }) => permissions);
const grantableIn = (answer: Answer) =>
  permissionsIn(answer)
    .filter(({ grantable }) => grantable)
    .map(({ name }) => name);

describe('the permission catalogue', () => {
  it('shows every permission with its group, label and description, in order', async () => {
    const { status, body } = await catalogueFor(await testApp());
    expect(status).toBe(200);
    expect(body.groups).toMatchObject(shippedCatalogue.groups);
    expect(body.groups).toHaveLength(shippedCatalogue.groups.length);
    for (const { label } of body.groups) expect(label).not.toBe('');
  });

  it('says which mode includes what: admin all but own rotation, agent the six of the product page', async () => {
    const permissions = permissionsIn(await catalogueFor(await testApp()));
    expect(permissions).toHaveLength(23);
    const inNoMode = permissions.filter(({ includedIn }) => includedIn.length === 0);
    expect(inNoMode.map(({ name }) => name)).toEqual(['service-accounts:rotate-own']);
    for (const { name, includedIn } of permissions)
      expect(includedIn.includes('admin')).toBe(name !== 'service-accounts:rotate-own');
    const agent = permissions.filter(({ includedIn }) => includedIn.includes('agent'));
    expect(agent.map(({ name }) => name).sort()).toEqual([
      'ai:use',
      'conversations:assign',
      'conversations:read',
      'conversations:write',
      'customers:read',
      'knowledge:read',
    ]);
  });

  it.each([
    { who: 'admin', modes: ['admin', 'agent', 'custom'], count: 23 },
    { who: 'agent', modes: ['agent', 'custom'], count: 8 },
    { who: 'viewer', modes: ['custom'], count: 2 },
  ] as const)('says what $who may grant', async ({ who, modes, count }) => {
    const answer = await catalogueFor(await testApp(), people[who]);
    const grantable = answer.body.modes.filter(({ grantable }: Listed) => grantable);
    expect(grantable.map(({ name }: Listed) => name)).toEqual(modes);
    expect(grantableIn(answer)).toHaveLength(count);
  });

  it.each([
    [undefined, null],
    [90, 90],
  ])('says how long a secret may last: %s days', async (maxSecretLifetimeDays, expected) => {
    const { body } = await catalogueFor(await testApp({ maxSecretLifetimeDays }), people.viewer);
    expect(body.maxSecretLifetimeDays).toBe(expected);
  });

  it('promises exactly what creating an account lets through', async () => {
    const service = await testApp();
    const grantable = grantableIn(await catalogueFor(service, people.agent));
    for (const { name } of permissionsIn(await catalogueFor(service))) {
      const body = { username: name.replace(':', '-'), mode: 'custom', permissions: [name] };
      const { status } = await create(service, body, people.agent);
      expect(status).toBe(grantable.includes(name) ? 201 : 403);
    }
  });

  it('lets nobody grant custom who holds no permission of it', async () => {
    const service = await testApp();
    const claims = { resource_access: { 'orki-api': { roles: ['service-accounts:read', 'legacy'] } } };
    const answer = await catalogueFor(service, { claims });
    expect(grantableIn(answer)).toEqual(['service-accounts:read']);
  });

  it('knows a permission that was provisioned a moment ago', async () => {
    const service = await testApp();
    const group = {
      name: 'new',
      label: 'New',
      permissions: [{ name: 'new:use', label: 'New', description: '' }],
    };
    Object.assign(service.keycloak, {
      catalogue: {
        groups: [...shippedCatalogue.groups, group],
        included: {
          ...shippedCatalogue.included,
          admin: new Set([...shippedCatalogue.included.admin, 'new:use']),
        },
      },
    });
    const body = { mode: 'custom', permissions: ['new:use'] };
    expect(await create(service, body, { grant: ['mode-admin', 'service-accounts:write'] })).toMatchObject({
      status: 201,
      body: { permissions: ['new:use'] },
    });
  });
});
