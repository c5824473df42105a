import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientAttributes, names } from '../../src/keycloak/names.ts';
import { isWellFormedSecret } from '../../src/service-accounts/secret.ts';
import { obtainToken } from '../support/live-oauth.ts';
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
      expect(Object.keys(claims.resource_access)).toEqual(['orki-api']);
      expect(response.refresh_token).toBeUndefined();
      const protocolClaims = ['aud', 'azp', 'exp', 'iat', 'iss', 'jti', 'scope', 'sub', 'typ'];
      const addedByKeycloak = ['clientAddress', 'clientHost', 'client_id'];
      const ours = ['resource_access', 'tenant_id'];
      expect(Object.keys(claims).sort()).toEqual([...protocolClaims, ...addedByKeycloak, ...ours].sort());
    },
  );
});

describe('a username', () => {
  it('is unique in its tenant whatever the case, and free in another one', async () => {
    await live.create({ username: 'Zapier sync', mode: 'agent' });
    for (const username of ['Zapier sync', 'ZAPIER SYNC', 'zapier sync', 'Ｚapier sync']) {
      const answer = await live.request({ method: 'POST', body: { username, mode: 'agent' } });
      expect(answer).toMatchObject({ status: 409, body: { code: 'username-taken' } });
      expect(answer.body.errors).toMatchObject([{ pointer: '/username' }]);
    }
    expect(await usernamesInKeycloak('acme', 'zapier sync')).toHaveLength(1);
    await live.create({ username: 'zapier SYNC', mode: 'agent' }, 'globexAdmin', 'globex');
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
    const { id } = await live.create({ username: 'Before', mode: 'agent' });
    const patched = await live.request({
      method: 'PATCH',
      path: `/acme/service-accounts/${id}`,
      body: { username: 'After' },
    });
    expect(patched).toMatchObject({ status: 200, body: { username: 'After' } });
    const again = await live.request({ method: 'POST', body: { username: 'after', mode: 'agent' } });
    expect(again.status).toBe(409);
    await live.create({ username: 'before', mode: 'agent' });
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
  const list = async (query: string) =>
    (await live.request({ as: 'initechAdmin', path: `/initech/service-accounts${query}` })).body;
  const usernames = (page: { items: { username: string }[] }) => page.items.map(({ username }) => username);

  it('shows the newest first, by pages, and what is searched for', async () => {
    for (const [index, mode] of ['admin', 'agent', 'agent', 'admin', 'agent'].entries()) {
      const body = { username: `Number ${index}`, description: index === 1 ? 'Zendesk' : null, mode };
      await live.create(body, 'initechAdmin', 'initech');
    }
    const newestFirst = [4, 3, 2, 1, 0].map((index) => `Number ${index}`);
    expect(await list('')).toMatchObject({ nextCursor: null });
    expect(usernames(await list(''))).toEqual(newestFirst);

    const first = await list('?limit=2');
    const second = await list(`?limit=2&cursor=${first.nextCursor}`);
    const third = await list(`?limit=2&cursor=${second.nextCursor}`);
    expect([first, second, third].map(usernames)).toEqual([
      newestFirst.slice(0, 2),
      newestFirst.slice(2, 4),
      newestFirst.slice(4),
    ]);
    expect(third.nextCursor).toBeNull();

    expect(usernames(await list('?mode=admin'))).toEqual(['Number 3', 'Number 0']);
    expect(usernames(await list('?search=zenDESK'))).toEqual(['Number 1']);
    expect(usernames(await list('?status=inactive'))).toEqual([]);
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
