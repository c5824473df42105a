import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientAttributes, names } from '../../src/keycloak/names.ts';
import { obtainToken } from '../support/live-oauth.ts';
import type { PersonName } from '../support/live-realm.ts';
import { type LiveService, liveService } from '../support/live-service.ts';

let live: LiveService;
beforeAll(async () => {
  live = await liveService('boundaries');
});
afterAll(() => live[Symbol.asyncDispose]());

const pathOf = (id: string, tenantId = 'acme') => `/${tenantId}/service-accounts/${id}`;

/** What every verb that names an account answers. */
async function everyVerb(path: string, as: PersonName = 'admin') {
  const requests = [
    { path },
    { path, method: 'PATCH', body: { description: 'changed' } },
    { path, method: 'PATCH', body: { mode: 'agent' } },
    { path: `${path}/regenerate-secret`, method: 'POST' },
    { path: `${path}/activate`, method: 'POST' },
    { path: `${path}/deactivate`, method: 'POST' },
    { path, method: 'DELETE' },
  ];
  const answers = [];
  for (const request of requests) answers.push(await live.request({ ...request, as }));
  return answers;
}

const notFound = { status: 404, body: { code: 'service-account-not-found' } };
const missing = { status: 403, body: { code: 'permission-missing' } };

/** What is the same in all answers, so that two refusals can be compared. */
const words = (answers: { status: number; body: object }[]) =>
  answers.map(({ status, body }) => ({ status, body: { ...body, requestId: '' } }));

describe('what is no service account of the tenant is not there, by any verb, and stays as it is', () => {
  it.each([
    ...['realm-management', 'admin-cli', 'account', 'broker', 'security-admin-console', 'admin-permissions'],
    ...[
      names.apiClient,
      names.tenantsClient,
      names.usernamesClient,
      names.serviceClient,
      names.frontendClient,
    ],
  ])('the client %s', async (clientId) => {
    const id = await live.realm.uuidOf(clientId);
    const before = await live.realm.clientInKeycloak(id);
    expect(before).toMatchObject({ clientId });
    for (const answer of await everyVerb(pathOf(id))) expect(answer).toMatchObject(notFound);
    expect(await live.realm.clientInKeycloak(id)).toEqual(before);
  });

  it.each([
    { name: 'the tenant but no mark', attributes: { [clientAttributes.tenant]: 'acme' } },
    { name: 'the mark but no tenant', attributes: { [clientAttributes.managed]: 'true' } },
    {
      name: 'a mark of its own kind',
      attributes: { [clientAttributes.tenant]: 'acme', [clientAttributes.managed]: 'yes' },
    },
  ])('a client with $name', async ({ attributes }) => {
    const id = randomUUID();
    const client = { id, clientId: `forged-${id}`, serviceAccountsEnabled: true, attributes };
    await live.realm.admin('POST', '/clients', client);
    const before = await live.realm.inKeycloak(id);
    for (const answer of await everyVerb(pathOf(id))) expect(answer).toMatchObject(notFound);
    expect(await live.realm.inKeycloak(id)).toEqual(before);
    const { items } = (await live.request({ path: '/acme/service-accounts?limit=100' })).body;
    expect(items.map((item: { id: string }) => item.id)).not.toContain(id);
  });

  it("another tenant's account, in the very words for one that there is not", async () => {
    const { id } = await live.create({ username: 'Theirs', mode: 'agent' }, 'globexAdmin', 'globex');
    const before = await live.realm.inKeycloak(id);
    const foreign = await everyVerb(pathOf(id));
    const absent = await everyVerb(pathOf(randomUUID()));
    for (const answer of foreign) expect(answer).toMatchObject(notFound);
    expect(words(foreign)).toEqual(words(absent));
    expect(await live.realm.inKeycloak(id)).toEqual(before);
  });

  it("another tenant's path: 403, whatever lies behind it", async () => {
    const { id } = await live.create({ username: 'Theirs too', mode: 'agent' }, 'globexAdmin', 'globex');
    const before = await live.realm.inKeycloak(id);
    for (const answer of await everyVerb(pathOf(id, 'globex'))) {
      expect(answer).toMatchObject({ status: 403, body: { code: 'wrong-tenant' } });
    }
    expect(await live.realm.inKeycloak(id)).toEqual(before);
  });
});

describe('nobody gets at rights that they do not hold', () => {
  it.each<{ as: PersonName; allowed: object[]; refused: object[] }>([
    {
      as: 'agentWriter',
      allowed: [{ mode: 'agent' }, { mode: 'custom', permissions: ['ai:use', 'service-accounts:read'] }],
      refused: [{ mode: 'admin' }, { mode: 'custom', permissions: ['ai:use', 'security:write'] }],
    },
    {
      as: 'writer',
      allowed: [{ mode: 'custom', permissions: ['service-accounts:write'] }],
      refused: [{ mode: 'admin' }, { mode: 'agent' }, { mode: 'custom', permissions: ['customers:read'] }],
    },
    { as: 'viewer', allowed: [], refused: [{ mode: 'custom', permissions: ['customers:read'] }] },
    { as: 'agent', allowed: [], refused: [{ mode: 'agent' }] },
  ])('when $as creates or edits', async ({ as, allowed, refused }) => {
    const own = { mode: 'custom', permissions: ['service-accounts:read'] };
    const { id } = await live.create({ username: `Of ${as}`, ...own });
    for (const [index, grant] of [...allowed, ...refused].entries()) {
      const isAllowed = allowed.includes(grant);
      const body = { username: `By ${as} ${index}`, ...grant };
      const created = await live.request({ as, method: 'POST', body });
      expect(created).toMatchObject(isAllowed ? { status: 201 } : missing);
      if (!isAllowed) {
        const edited = await live.request({ as, method: 'PATCH', path: pathOf(id), body: grant });
        expect(edited).toMatchObject(missing);
      }
    }
    expect((await live.realm.inKeycloak(id))?.roles[names.apiClient]).toEqual(own.permissions);
  });

  it('a writer may read and switch off a greater account, and no more', async () => {
    const { id } = await live.create({ username: 'Greater', mode: 'admin' });
    const before = await live.realm.inKeycloak(id);
    const answers = await everyVerb(pathOf(id), 'writer');
    expect(answers.map(({ status }) => status)).toEqual([200, 403, 403, 403, 403, 200, 403]);
    const after = await live.realm.inKeycloak(id);
    expect(after).toMatchObject({ client: { enabled: false, secret: before?.client.secret } });
    expect(after?.roles).toEqual(before?.roles);
    const again = await live.request({ as: 'writer', method: 'POST', path: `${pathOf(id)}/activate` });
    expect(again).toMatchObject(missing);
  });

  it('a role that an administrator mapped in the console is a right of the account', async () => {
    const body = { username: 'Mapped', mode: 'custom', permissions: ['service-accounts:read'] };
    const { id } = await live.create(body);
    const before = await live.realm.inKeycloak(id);
    await live.realm.mapApiRoles(before?.user.id, ['security:write']);

    const answers = await everyVerb(pathOf(id), 'writer');
    expect(answers.map(({ status }) => status)).toEqual([200, 403, 403, 403, 403, 200, 403]);
    expect((await live.realm.inKeycloak(id))?.client.secret).toBe(before?.client.secret);

    const edited = await live.request({ method: 'PATCH', path: pathOf(id), body: { description: 'seen' } });
    expect(edited.body.permissions).toEqual(['security:write', 'service-accounts:read']);
    const replaced = { mode: 'custom', permissions: ['ai:use'] };
    await live.request({ method: 'PATCH', path: pathOf(id), body: replaced });
    expect((await live.realm.inKeycloak(id))?.roles[names.apiClient]).toEqual(['ai:use']);
  });

  it("a role of somebody's own making is beyond even an administrator of the tenant", async () => {
    const { id } = await live.create({ username: 'Special', mode: 'agent' });
    const { user } = (await live.realm.inKeycloak(id)) ?? {};
    await live.realm.admin('POST', `/clients/${live.realm.apiClientUuid}/roles`, { name: 'special' });
    await live.realm.mapApiRoles(user.id, ['special']);
    const answers = await everyVerb(pathOf(id));
    expect(answers.map(({ status }) => status)).toEqual([200, 403, 403, 403, 403, 200, 403]);
    expect((await live.realm.inKeycloak(id))?.roles[names.apiClient]).toEqual(['mode-agent', 'special']);
  });
});

describe('a service account as the caller', () => {
  it('works within its rights, and not a moment longer than it is active', async () => {
    const permissions = ['service-accounts:read', 'service-accounts:write'];
    const account = await live.create({ username: 'Caller', mode: 'custom', permissions });
    const { token } = await obtainToken(live.realm, account);
    const as = { token };

    expect((await live.request({ as })).status).toBe(200);
    const body = { username: 'Made by it', mode: 'custom', permissions: ['service-accounts:read'] };
    const made = await live.request({ as, method: 'POST', body });
    expect(made).toMatchObject({ status: 201, body: { createdBy: { username: account.clientId } } });
    expect(await live.request({ as, path: '/globex/service-accounts' })).toMatchObject({ status: 403 });
    const greater = { username: 'Greater than it', mode: 'agent' };
    expect(await live.request({ as, method: 'POST', body: greater })).toMatchObject(missing);
    const elevated = await live.request({
      as,
      method: 'PATCH',
      path: pathOf(account.id),
      body: { mode: 'admin' },
    });
    expect(elevated).toMatchObject(missing);

    await live.request({ method: 'POST', path: `${pathOf(account.id)}/deactivate` });
    const before = await live.realm.inKeycloak(made.body.id);
    const refused = [
      await live.request({ as }),
      await live.request({ as, method: 'DELETE', path: pathOf(made.body.id) }),
    ];
    for (const answer of refused) {
      expect(answer).toMatchObject({ status: 401, body: { code: 'invalid-token' } });
      expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"');
    }
    expect(await live.realm.inKeycloak(made.body.id)).toEqual(before);

    await live.request({ method: 'DELETE', path: pathOf(account.id) });
    expect((await live.request({ as })).status).toBe(401);
  });
});

describe('a token that is no access token for this API', () => {
  it.each(['id_token', 'refresh_token'])('is refused: %s', async (kind) => {
    const tokens = await live.realm.signIn('admin', 'openid');
    const answer = await live.request({ as: { token: String(tokens[kind]) } });
    expect(answer).toMatchObject({ status: 401, body: { code: 'invalid-token' } });
    expect((await live.request({ as: { token: String(tokens.access_token) } })).status).toBe(200);
  });

  it("is refused: the service's own", async () => {
    const token = await live.realm.token({
      grant_type: 'client_credentials',
      client_id: names.serviceClient,
      client_secret: live.realm.secret,
    });
    expect((await live.request({ as: { token } })).status).toBe(401);
  });
});
