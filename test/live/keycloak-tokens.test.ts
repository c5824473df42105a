import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { names } from '../../src/names.ts';
import { decode } from '../provisioning/test-realm.ts';
import { introspector, obtainToken, requestToken } from '../support/live-oauth.ts';
import { type LiveService, liveService } from '../support/live-service.ts';
import { rolesInToken } from '../support/test-app.ts';

/* What Keycloak's token URL does where this service, and those who verify tokens, rely on it. */
let live: LiveService;
beforeAll(async () => {
  live = await liveService('tokens');
});
afterAll(() => live[Symbol.asyncDispose]());

const change = (id: string, body: object) => live.realm.admin('PUT', `/clients/${id}`, body);

describe('the tenant', () => {
  it('is in the token when its role is mapped to the user and in the scope of the client, not otherwise', async () => {
    const account = await live.create({ username: 'Tenant', mode: 'agent' });
    const { user } = (await live.realm.inKeycloak(account.id)) ?? {};
    const tenants = await live.realm.uuidOf(names.tenantsClient);
    const roles = (await live.realm.admin('GET', `/clients/${tenants}/roles/acme`)).body;
    const claim = async () => (await obtainToken(live.realm, account)).claims[names.tenantClaim];
    expect(await claim()).toBe('acme');
    for (const path of [
      `/users/${user.id}/role-mappings/clients/${tenants}`,
      `/clients/${account.id}/scope-mappings/clients/${tenants}`,
    ]) {
      await live.realm.admin('DELETE', path, [roles]);
      expect(await claim()).toBeUndefined();
      await live.realm.admin('POST', path, [roles]);
      expect(await claim()).toBe('acme');
    }
  });
});

describe('roles', () => {
  it('of a mode are all in the token, though the mode alone is mapped', async () => {
    const account = await live.create({ username: 'Composite', mode: 'agent' });
    expect((await live.realm.inKeycloak(account.id))?.roles[names.apiClient]).toEqual(['mode-agent']);
    expect((await obtainToken(live.realm, account)).roles).toEqual(rolesInToken('agent').toSorted());
  });

  it("that the realm gives every user reach the token when the client's full scope is allowed, not otherwise", async () => {
    const account = await live.create({ username: 'Defaults', mode: 'agent' });
    const { user } = (await live.realm.inKeycloak(account.id)) ?? {};
    const held = (await live.realm.admin('GET', `/users/${user.id}/role-mappings/realm`)).body;
    expect(held).toMatchObject([{ name: `default-roles-${live.realm.name}` }]);
    expect((await obtainToken(live.realm, account)).claims.aud).toBe(names.apiClient);

    // The scope 'roles' is what brings other clients' roles, and them as audience, into a token.
    const scopes: { id: string; name: string }[] = (await live.realm.admin('GET', '/client-scopes')).body;
    const rolesScope = scopes.find(({ name }) => name === 'roles')?.id;
    const path = `/clients/${account.id}/default-client-scopes/${rolesScope}`;
    await live.realm.admin('PUT', path);
    const narrow = (await obtainToken(live.realm, account)).claims;
    expect(narrow.resource_access).not.toHaveProperty('account');
    expect(narrow.realm_access).toBeUndefined();

    await change(account.id, { fullScopeAllowed: true });
    const full = (await obtainToken(live.realm, account)).claims;
    expect(full.resource_access).toHaveProperty('account');
    expect(full.aud).toContain('account');
  });

  it('that are deleted are in no token any more', async () => {
    await live.realm.admin('POST', `/clients/${live.realm.apiClientUuid}/roles`, { name: 'short-lived' });
    const role = `/clients/${live.realm.apiClientUuid}/roles/short-lived`;
    const account = await live.create({ username: 'Short-lived', mode: 'agent' });
    const { user, roles } = (await live.realm.inKeycloak(account.id)) ?? {};
    await live.realm.mapApiRoles(user.id, ['short-lived']);
    expect((await live.realm.inKeycloak(account.id))?.roles[names.apiClient]).toContain('short-lived');
    await live.realm.admin('DELETE', role);
    expect((await live.realm.inKeycloak(account.id))?.roles).toEqual(roles);
    expect((await obtainToken(live.realm, account)).roles).toEqual(rolesInToken('agent').toSorted());
  });

  it('that no scope holds do not reach the token, mapped or not', async () => {
    await live.realm.admin('POST', `/clients/${live.realm.apiClientUuid}/roles`, { name: 'unscoped' });
    const account = await live.create({ username: 'Unscoped', mode: 'agent' });
    const { user } = (await live.realm.inKeycloak(account.id)) ?? {};
    await live.realm.mapApiRoles(user.id, ['unscoped']);
    expect((await obtainToken(live.realm, account)).roles).not.toContain('unscoped');
  });
});

describe('the token URL', () => {
  it('tells unknown and disabled clients from a wrong secret', async () => {
    const account = await live.create({ username: 'Errors', mode: 'agent' });
    const error = async (credentials: object = {}) => {
      const { status, body } = await requestToken(live.realm.tokenUrl, { ...account, ...credentials });
      return `${status} ${body.error}`;
    };
    expect(await error({ clientSecret: 'wrong' })).toBe('401 unauthorized_client');
    expect(await error({ clientId: 'unknown' })).toBe('401 invalid_client');
    await change(account.id, { enabled: false });
    expect(await error()).toBe('401 invalid_client');
  });

  it('refuses an old secret from the moment that a new one is set', async () => {
    const account = await live.create({ username: 'Secrets', mode: 'agent' });
    for (const clientSecret of ['first', 'second', 'third']) {
      await change(account.id, { secret: clientSecret });
      expect((await requestToken(live.realm.tokenUrl, account)).status).toBe(401);
      expect((await requestToken(live.realm.tokenUrl, { ...account, clientSecret })).status).toBe(200);
    }
  });

  it('goes by clientId alone: another name in an attribute changes no login', async () => {
    const account = await live.create({ username: 'Login', mode: 'agent' });
    await change(account.id, { name: 'Other', attributes: { 'orki.username': 'Other' } });
    expect((await requestToken(live.realm.tokenUrl, account)).status).toBe(200);
  });

  it('gives no refresh token for client credentials', async () => {
    const account = await live.create({ username: 'Refresh', mode: 'agent' });
    expect((await requestToken(live.realm.tokenUrl, account)).body).not.toHaveProperty('refresh_token');
  });
});

describe('introspection', () => {
  it('calls the tokens of a disabled or deleted client inactive', async () => {
    const introspect = await introspector(live.realm);
    const account = await live.create({ username: 'Introspected', mode: 'agent' });
    const { token } = await obtainToken(live.realm, account);
    expect(await introspect(token)).toMatchObject({ active: true, tenant_id: 'acme' });
    await change(account.id, { enabled: false });
    expect(await introspect(token)).toEqual({ active: false });
    await change(account.id, { enabled: true });
    expect((await introspect(token)).active).toBe(true);
    await live.realm.admin('DELETE', `/clients/${account.id}`);
    expect(await introspect(token)).toEqual({ active: false });
  });
});

describe('signatures', () => {
  it("follow the client's attribute, whatever the realm's default is", async () => {
    const account = await live.create({ username: 'Signed', mode: 'agent' });
    const alg = async () => (await obtainToken(live.realm, account)).header.alg;
    await live.realm.admin('PUT', '', { defaultSignatureAlgorithm: 'RS256' });
    expect(await alg()).toBe('ES256');
    await change(account.id, { attributes: { 'access.token.signed.response.alg': '' } });
    expect(await alg()).toBe('RS256');
    await live.realm.admin('PUT', '', { defaultSignatureAlgorithm: 'ES256' });
    expect(await alg()).toBe('ES256');
  });
});

describe("Keycloak's other tokens", () => {
  it('say what they are in typ', async () => {
    const tokens = await live.realm.signIn('admin', 'openid');
    const types = ['access_token', 'id_token', 'refresh_token'].map(
      (kind) => decode(String(tokens[kind])).claims.typ,
    );
    expect(types).toEqual(['Bearer', 'ID', 'Refresh']);
  });
});
