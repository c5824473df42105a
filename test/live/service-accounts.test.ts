import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ListQuery } from '../../packages/client/src/index.ts';
import { clientAttributes, names } from '../../src/names.ts';
import { isWellFormedSecret } from '../../src/service-accounts/secret.ts';
import { obtainToken, requestToken } from '../support/live-oauth.ts';
import { type LiveService, liveService, publicUrl } from '../support/live-service.ts';
import { rolesInToken } from '../support/test-app.ts';

let live: LiveService;
beforeAll(async () => {
  live = await liveService('product');
});
afterAll(() => live[Symbol.asyncDispose]());

const chosen = ['customers:read', 'ai:use'];

describe('creates an account', () => {
  it.each([
    { grant: { mode: 'admin' }, mapped: ['mode-admin'], inToken: rolesInToken('admin') },
    { grant: { mode: 'agent' }, mapped: ['mode-agent'], inToken: rolesInToken('agent') },
    { grant: { mode: 'custom', permissions: chosen }, mapped: chosen, inToken: chosen },
  ])(
    'in mode $grant.mode, which is a client that can do nothing but obtain such a token',
    async (expected) => {
      const { grant, mapped, inToken } = expected;
      const body = { username: `New ${grant.mode}`, description: 'For a test', ...grant };
      const answer = await live.request({ method: 'POST', body });

      expect(answer.status).toBe(201);
      const { id, clientId, clientSecret, tokenUrl } = answer.body;
      expect(answer.headers.get('location')).toBe(`${publicUrl}/api/v1/tenants/acme/service-accounts/${id}`);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(tokenUrl).toBe(live.realm.tokenUrl);
      expect(isWellFormedSecret(clientSecret)).toBe(true);
      expect(answer.body).toMatchObject({
        ...body,
        status: 'active',
        secretHint: clientSecret.slice(-10, -6),
      });
      expect(answer.body.createdBy.username).toBe('admin@people.test');

      const stored = await live.realm.inKeycloak(id);
      expect(stored?.client).toMatchObject({
        clientId,
        enabled: true,
        protocol: 'openid-connect',
        clientAuthenticatorType: 'client-secret',
        secret: clientSecret,
        publicClient: false,
        bearerOnly: false,
        serviceAccountsEnabled: true,
        standardFlowEnabled: false,
        implicitFlowEnabled: false,
        directAccessGrantsEnabled: false,
        fullScopeAllowed: false,
        redirectUris: [],
        webOrigins: [],
        optionalClientScopes: [],
      });
      expect(stored?.client.defaultClientScopes).toEqual([names.serviceAccountScope, 'service_account']);
      expect(stored?.client.protocolMappers).toBeUndefined();
      expect(stored?.roles).toEqual({
        [names.apiClient]: mapped.toSorted(),
        [names.tenantsClient]: ['acme'],
      });

      const { response, header, claims, roles } = await obtainToken(live.realm, answer.body);
      expect(header.alg).toBe('ES256');
      expect(claims).toMatchObject({ typ: 'Bearer', azp: clientId, aud: 'orki-api', tenant_id: 'acme' });
      expect(roles).toEqual(inToken.toSorted());
      expect(claims.permissions.toSorted()).toEqual(inToken.toSorted());
      expect(Object.keys(claims.resource_access)).toEqual(['orki-api']);
      expect(response.refresh_token).toBeUndefined();
      const protocolClaims = ['aud', 'azp', 'exp', 'iat', 'iss', 'jti', 'scope', 'sub', 'typ'];
      const addedByKeycloak = ['clientAddress', 'clientHost', 'client_id'];
      const ours = ['permissions', 'resource_access', 'tenant_id'];
      expect(Object.keys(claims).sort()).toEqual([...protocolClaims, ...addedByKeycloak, ...ours].sort());
    },
  );
});

it('makes one account of a creation that is sent twice with one key, and the second secret is the good one', async () => {
  const accounts = live.clientOf();
  const create = () =>
    accounts.create({ username: 'Sent twice', mode: 'agent' }, { idempotencyKey: 'sent-twice' });
  const first = await create();
  const second = await create();
  expect([first.replayed, second.replayed]).toEqual([false, true]);
  expect(second.id).toBe(first.id);
  const found = [];
  for await (const { id } of accounts.list({ search: 'Sent twice' })) found.push(id);
  expect(found).toEqual([first.id]);
  expect(await requestToken(live.realm.tokenUrl, first)).toMatchObject({ status: 401 });
  expect((await obtainToken(live.realm, second)).claims.azp).toBe(first.clientId);
});

describe('a username', () => {
  it('is unique in its tenant whatever the case, and free in another one', async () => {
    const accounts = live.clientOf();
    await accounts.create({ username: 'Zapier sync', mode: 'agent' });
    for (const username of ['Zapier sync', 'ZAPIER SYNC', 'zapier sync', 'Ｚapier sync']) {
      await expect(accounts.create({ username, mode: 'agent' })).rejects.toMatchObject({
        status: 409,
        code: 'username-taken',
        problem: { errors: [{ pointer: '/username' }] },
      });
    }
    expect(await usernamesInKeycloak('acme', 'zapier sync')).toHaveLength(1);
    await live.clientOf('globexAdmin', 'globex').create({ username: 'zapier SYNC', mode: 'agent' });
  });

  it('goes to exactly one of eight that want it at once, and one client is made', async () => {
    const racers = Array.from({ length: 8 }, (_, index) => ({
      username: index % 2 === 0 ? 'Race for it' : 'RACE FOR IT',
      mode: 'agent',
    }));
    const answers = await Promise.all(racers.map((body) => live.request({ method: 'POST', body })));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([201, ...Array.from({ length: 7 }, () => 409)]);
    expect(await usernamesInKeycloak('acme', 'race for it')).toHaveLength(1);
  });

  it('can be changed, which frees the old one and takes the new one', async () => {
    const accounts = live.clientOf();
    const { id } = await accounts.create({ username: 'Before', mode: 'agent' });
    expect(await accounts.edit(id, { username: 'After' })).toMatchObject({ id, username: 'After' });
    await expect(accounts.create({ username: 'after', mode: 'agent' })).rejects.toMatchObject({
      code: 'username-taken',
    });
    await accounts.create({ username: 'before', mode: 'agent' });
  });

  async function usernamesInKeycloak(tenantId: string, lowerCase: string) {
    const { body } = await live.realm.admin('GET', `/clients?q=${clientAttributes.tenant}:${tenantId}`);
    const usernames: string[] = body.map((client: { attributes: Record<string, string> }) =>
      String(client.attributes[clientAttributes.username]),
    );
    return usernames.filter((username) => username.toLowerCase() === lowerCase);
  }
});

it('makes the first eight accounts of a tenant at once', async () => {
  const path = '/umbrella/service-accounts';
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, index) =>
      live.request({
        as: 'umbrellaAdmin',
        method: 'POST',
        path,
        body: { username: `First ${index}`, mode: 'agent' },
      }),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
  for (const { body } of answers) {
    expect((await obtainToken(live.realm, body)).claims.tenant_id).toBe('umbrella');
  }
});

describe('the list', () => {
  it('shows the newest first, by pages, and what is searched for', async () => {
    const accounts = live.clientOf('initechAdmin', 'initech');
    for (const [index, mode] of (['admin', 'agent', 'agent', 'admin', 'agent'] as const).entries()) {
      await accounts.create({
        username: `Number ${index}`,
        description: index === 1 ? 'Zendesk' : null,
        mode,
      });
    }
    const newestFirst = [4, 3, 2, 1, 0].map((index) => `Number ${index}`);
    const pageOf = async (query: ListQuery) => {
      const { items, nextCursor } = await accounts.page(query);
      return { usernames: items.map(({ username }) => username), cursor: nextCursor ?? '' };
    };
    expect(await pageOf({})).toEqual({ usernames: newestFirst, cursor: '' });

    const first = await pageOf({ limit: 2 });
    const second = await pageOf({ limit: 2, cursor: first.cursor });
    const third = await pageOf({ limit: 2, cursor: second.cursor });
    expect([first, second, third].map(({ usernames }) => usernames)).toEqual([
      newestFirst.slice(0, 2),
      newestFirst.slice(2, 4),
      newestFirst.slice(4),
    ]);
    expect(third.cursor).toBe('');

    expect((await pageOf({ mode: 'admin' })).usernames).toEqual(['Number 3', 'Number 0']);
    expect((await pageOf({ search: 'zenDESK' })).usernames).toEqual(['Number 1']);
    expect((await pageOf({ status: 'inactive' })).usernames).toEqual([]);
  });
});

it('shows a secret in the answers of create and regenerate, and nowhere else', async () => {
  const { id, clientSecret } = await live.create({ username: 'Canary', mode: 'agent' });
  const path = `/acme/service-accounts/${id}`;
  const regenerated = await live.request({ method: 'POST', path: `${path}/regenerate-secret` });
  expect(regenerated.headers.get('cache-control')).toBe('no-store');
  const secrets = [clientSecret, regenerated.body.clientSecret];

  const answers = [
    await live.request({ path }),
    await live.request({}),
    await live.request({ path: '/acme/service-accounts?search=Canary' }),
    await live.request({ method: 'PATCH', path, body: { description: 'Changed' } }),
    await live.request({ method: 'POST', body: { username: 'Canary', mode: 'agent' } }),
    await live.request({ method: 'POST', path: `${path}/deactivate` }),
    await live.request({ method: 'POST', path: `${path}/activate` }),
    await live.request({ as: 'writer', method: 'POST', path: `${path}/regenerate-secret` }),
    await live.request({ method: 'DELETE', path }),
    await live.request({ path }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 409, 200, 200, 403, 204, 404]);
  for (const secret of secrets) {
    for (const { text } of answers) expect(text).not.toContain(secret);
    expect(live.log.join()).not.toContain(secret);
    expect(JSON.stringify(live.audit)).not.toContain(secret);
  }
  expect(live.log.length).toBeGreaterThan(0);
  const audited = live.audit.filter(({ account }) => account?.id === id).map(({ action }) => action);
  expect(audited).toEqual([
    ...['create', 'regenerate-secret', 'edit', 'deactivate', 'activate', 'regenerate-secret', 'delete'],
  ]);
});
