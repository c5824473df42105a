import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CreateServiceAccount, ServiceAccountsClient } from '../../packages/client/src/index.ts';
import { names } from '../../src/names.ts';
import { introspector, obtainToken, requestToken } from '../support/live-oauth.ts';
import { type LiveService, liveService } from '../support/live-service.ts';
import { rolesInToken } from '../support/test-app.ts';

let live: LiveService;
let accounts: ServiceAccountsClient;
let introspect: Awaited<ReturnType<typeof introspector>>;
beforeAll(async () => {
  live = await liveService('actions');
  accounts = live.clientOf();
  introspect = await introspector(live.realm);
});
afterAll(() => live[Symbol.asyncDispose]());

describe('edit', () => {
  it('changes username and description; clientId, secret and rights stay', async () => {
    const account = await accounts.create({ username: 'Old name', description: 'old', mode: 'agent' });
    const before = await live.realm.inKeycloak(account.id);

    const edited = await accounts.edit(account.id, { username: 'New name', description: null });
    const { clientSecret: _, tokenUrl: __, endedSecretHints: ___, replayed: ____, ...shown } = account;
    expect(edited).toEqual({
      ...shown,
      username: 'New name',
      description: null,
      updatedAt: expect.not.stringMatching(account.updatedAt),
      version: expect.not.stringMatching(account.version),
    });
    const after = await live.realm.inKeycloak(account.id);
    const { attributes, name, description, ...rest } = after?.client ?? {};
    expect({ ...after, client: rest }).toEqual({
      ...before,
      client: { ...before?.client, attributes: undefined, name: undefined, description: undefined },
    });
    // What the console shows goes with it.
    expect([name, description ?? '']).toEqual(['acme / New name', '']);
    expect(attributes).toMatchObject({ 'orki.username': 'New name' });
    expect(attributes).not.toHaveProperty(['orki.description']);
    expect((await obtainToken(live.realm, account)).claims.azp).toBe(account.clientId);
  });

  it('of a version that is no longer the newest changes nothing', async () => {
    const { id, version } = await accounts.create({ username: 'Seen by two', mode: 'agent' });
    const newer = await accounts.edit(id, { description: 'The first' }, { ifMatch: version });
    await expect(
      accounts.edit(id, { description: 'The second' }, { ifMatch: version }),
    ).rejects.toMatchObject({
      status: 412,
      code: 'precondition-failed',
    });
    expect(await accounts.get(id)).toEqual(newer);
  });
});

describe('a change of mode leaves no role behind', () => {
  const custom = ['ai:use', 'security:write'];
  const grants: {
    readonly name: string;
    readonly grant: Pick<CreateServiceAccount, 'mode' | 'permissions'>;
    readonly mapped: readonly string[];
    readonly inToken: readonly string[];
  }[] = [
    { name: 'admin', grant: { mode: 'admin' }, mapped: ['mode-admin'], inToken: rolesInToken('admin') },
    { name: 'agent', grant: { mode: 'agent' }, mapped: ['mode-agent'], inToken: rolesInToken('agent') },
    { name: 'custom', grant: { mode: 'custom', permissions: custom }, mapped: custom, inToken: custom },
    {
      name: 'another custom',
      grant: { mode: 'custom', permissions: ['ai:use', 'team:read'] },
      mapped: ['ai:use', 'team:read'],
      inToken: ['ai:use', 'team:read'],
    },
  ];
  const pairs = grants.flatMap((from) => grants.filter((to) => to !== from).map((to) => ({ from, to })));

  it.each(pairs)('from $from.name to $to.name', async ({ from, to }) => {
    const account = await accounts.create({ username: `${from.name} to ${to.name}`, ...from.grant });
    const edited = await accounts.edit(account.id, to.grant);
    expect(edited.mode).toBe(to.grant.mode);
    expect(edited.permissions.toSorted()).toEqual(
      to.inToken.filter((name) => !name.startsWith('mode-')).toSorted(),
    );
    expect((await live.realm.inKeycloak(account.id))?.roles[names.apiClient]).toEqual(to.mapped);
    expect((await obtainToken(live.realm, account)).roles).toEqual(to.inToken.toSorted());
  });
});

describe('regenerate', () => {
  it('makes Keycloak refuse the old secret at once and accept the new one', async () => {
    const account = await accounts.create({ username: 'Rotated', mode: 'agent' });
    const { token } = await obtainToken(live.realm, account);
    const regenerated = await accounts.regenerateSecret(account.id);
    const { clientSecret } = regenerated;

    expect(regenerated.clientId).toBe(account.clientId);
    expect(clientSecret).not.toBe(account.clientSecret);
    expect(regenerated.secretHint).toBe(clientSecret.slice(-10, -6));
    expect(regenerated.secretCreatedAt > account.secretCreatedAt).toBe(true);
    const refused = await requestToken(live.realm.tokenUrl, account);
    expect(refused).toMatchObject({ status: 401, body: { error: 'unauthorized_client' } });
    expect((await requestToken(live.realm.tokenUrl, regenerated)).body).toHaveProperty('access_token');
    expect((await live.realm.inKeycloak(account.id))?.client.secret).toBe(clientSecret);
    // A token that was issued before lives on until it expires.
    expect((await introspect(token)).active).toBe(true);
  });

  it('leaves an inactive account inactive', async () => {
    const account = await accounts.create({ username: 'Rotated asleep', mode: 'agent' });
    await accounts.deactivate(account.id);
    const regenerated = await accounts.regenerateSecret(account.id);
    expect(regenerated.status).toBe('inactive');
    expect((await requestToken(live.realm.tokenUrl, regenerated)).status).toBe(401);
  });
});

describe('deactivate and activate', () => {
  it('stop new tokens and end live ones, and let the same secret work again', async () => {
    const account = await accounts.create({ username: 'Switched', mode: 'agent' });
    const { token } = await obtainToken(live.realm, account);
    expect((await introspect(token)).active).toBe(true);

    for (const _ of ['once', 'again']) {
      expect(await accounts.deactivate(account.id)).toMatchObject({ status: 'inactive' });
    }
    const refused = await requestToken(live.realm.tokenUrl, account);
    expect(refused).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    expect((await introspect(token)).active).toBe(false);
    const off = await live.realm.inKeycloak(account.id);
    expect(off?.client).toMatchObject({ enabled: false, secret: account.clientSecret });
    expect(off?.roles).toMatchObject({ [names.apiClient]: ['mode-agent'] });

    for (const _ of ['once', 'again']) {
      expect(await accounts.activate(account.id)).toMatchObject({ status: 'active' });
    }
    expect((await live.realm.inKeycloak(account.id))?.client.enabled).toBe(true);
    expect((await obtainToken(live.realm, account)).roles).toEqual(rolesInToken('agent').toSorted());
  });
});

describe('delete', () => {
  it('removes the client, its service-account user and the hold on its username', async () => {
    const account = await accounts.create({ username: 'Gone', mode: 'agent' });
    const { token } = await obtainToken(live.realm, account);
    const user = (await live.realm.inKeycloak(account.id))?.user.id;
    expect(await reservationsOf(account)).toHaveLength(1);

    await accounts.delete(account.id);
    expect(await live.realm.inKeycloak(account.id)).toBeUndefined();
    expect((await live.realm.admin('GET', `/users/${user}`)).status).toBe(404);
    expect(await reservationsOf(account)).toEqual([]);
    expect((await requestToken(live.realm.tokenUrl, account)).body.error).toBe('invalid_client');
    expect((await introspect(token)).active).toBe(false);

    await expect(accounts.delete(account.id)).rejects.toMatchObject({ status: 404 });
    await expect(accounts.get(account.id)).rejects.toMatchObject({ status: 404 });
    await accounts.create({ username: 'gone', mode: 'agent' });
  });

  async function reservationsOf({ id }: { id: string }) {
    const usernames = await live.realm.uuidOf(names.usernamesClient);
    const path = `/clients/${usernames}/roles?briefRepresentation=false`;
    const roles: { attributes: Record<string, string[]> }[] = (await live.realm.admin('GET', path)).body;
    return roles.filter(({ attributes }) => Object.values(attributes).flat().includes(id));
  }
});
