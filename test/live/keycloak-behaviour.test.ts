import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { clientAttributes, keycloakSecretAttributes, names } from '../../src/names.ts';
import type { Call } from '../provisioning/test-realm.ts';
import { type LiveRealm, liveRealm } from '../support/live-realm.ts';

/*
 * What the Admin API does where the code relies on it, asked with the service's own credentials and past its code. A
 * Keycloak that behaves otherwise turns one of these red and so says what has to be thought over.
 */
let realm: LiveRealm;
let asService: Call;
beforeAll(async () => {
  realm = await liveRealm('behaviour');
  asService = await realm.asService();
});

/** What the client policies ask of a client of the service's. */
const permitted = {
  fullScopeAllowed: false,
  directAccessGrantsEnabled: false,
  clientAuthenticatorType: 'client-secret',
};

async function makeClient(settings: object = {}) {
  const id = randomUUID();
  const client = { id, clientId: `behaviour-${id}`, serviceAccountsEnabled: true, ...permitted, ...settings };
  const answer = await asService('POST', '/clients', client);
  if (answer.status !== 201) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  return { ...client, location: answer.location };
}

const tenantOf = (tenantId: string) => ({ attributes: { [clientAttributes.tenant]: tenantId } });
const newTenant = () => `t-${randomUUID().slice(0, 12)}`;
const rolesPath = async (clientId: string) => `/clients/${await realm.uuidOf(clientId)}/roles`;
const statuses = (answers: { status: number }[]) => answers.map(({ status }) => status).sort();

describe('making a client', () => {
  it("takes the caller's id, secret, attributes and scopes in one call", async () => {
    const settings = { secret: 'chosen by us', defaultClientScopes: [names.serviceAccountScope] };
    const { id, location } = await makeClient({ ...settings, ...tenantOf('acme'), optionalClientScopes: [] });
    expect(location).toMatch(new RegExp(`/clients/${id}$`));
    const stored = await realm.clientInKeycloak(id);
    expect(stored).toMatchObject({ id, secret: settings.secret, ...tenantOf('acme') });
    // The second one is Keycloak's own addition to every client with a service account.
    expect(stored?.defaultClientScopes).toEqual([names.serviceAccountScope, 'service_account']);
  });

  it('is refused for an id or a clientId that there is, with a service account whatever the case', async () => {
    const { id, clientId } = await makeClient();
    const refused = [
      await asService('POST', '/clients', { ...permitted, id, clientId: randomUUID() }),
      await asService('POST', '/clients', { ...permitted, id: randomUUID(), clientId }),
      await asService('POST', '/clients', {
        ...permitted,
        id: randomUUID(),
        clientId: clientId.toUpperCase(),
        serviceAccountsEnabled: true,
      }),
    ];
    // The last one may come from the database.
    expect([
      [409, 409, 409],
      [409, 409, 500],
    ]).toContainEqual(statuses(refused));
  });
});

describe('changing a client', () => {
  it('merges: what is left out stays, an empty value deletes an attribute, scopes are passed over', async () => {
    const attributes = { [clientAttributes.username]: 'before', [clientAttributes.description]: 'gone soon' };
    const { id } = await makeClient({ attributes, redirectUris: [], secret: 'kept' });
    const { attributes: before, ...rest } = (await realm.clientInKeycloak(id)) ?? {};
    const change = { [clientAttributes.username]: 'after', [clientAttributes.description]: '' };
    const body = { attributes: change, defaultClientScopes: ['profile'] };
    expect((await asService('PUT', `/clients/${id}`, body)).status).toBe(204);

    const { attributes: after, ...same } = (await realm.clientInKeycloak(id)) ?? {};
    expect(same).toEqual(rest);
    const { [clientAttributes.description]: _, ...kept } = before;
    expect(after).toEqual({ ...kept, [clientAttributes.username]: 'after' });
  });

  it('takes a secret of ours together with attributes', async () => {
    const { id } = await makeClient();
    const body = { secret: 'another', attributes: { [clientAttributes.secretHint]: 'hint' } };
    expect((await asService('PUT', `/clients/${id}`, body)).status).toBe(204);
    expect(await realm.clientInKeycloak(id)).toMatchObject(body);
  });
});

describe('the secrets of a client with the mark that it is managed', () => {
  const { rotated, rotatedAt, rotatedExpiresAt, createdAt, expiresAt } = keycloakSecretAttributes;
  const mark = { [clientAttributes.managed]: 'true' };
  const inSeconds = (seconds: number) => String(Math.floor(Date.now() / 1000) + seconds);
  const overlap = (secret: string, seconds: number) => ({
    [rotated]: secret,
    [rotatedAt]: inSeconds(0),
    [rotatedExpiresAt]: inSeconds(seconds),
  });
  const put = async (id: string, body: object) => {
    const answer = await asService('PUT', `/clients/${id}`, { directAccessGrantsEnabled: false, ...body });
    expect(answer.status).toBe(204);
  };
  const secretsOf = async (id: string) => {
    const { secret, attributes } = (await realm.clientInKeycloak(id)) ?? {};
    return { secret, ...attributes };
  };
  const token = async (clientId: string, secret: string) => {
    const fields = { grant_type: 'client_credentials', client_id: clientId, client_secret: secret };
    return (await fetch(realm.tokenUrl, { method: 'POST', body: new URLSearchParams(fields) })).status;
  };
  const tokens = (clientId: string, ...secrets: string[]) =>
    Promise.all(secrets.map((secret) => token(clientId, secret)));

  it('are given no end before a hundred years, but keep the one that they are made with', async () => {
    const plain = await makeClient({ secret: 'one', attributes: mark });
    expect(Number((await secretsOf(plain.id))[expiresAt])).toBeGreaterThan(Date.now() / 1000 + 3_000_000_000);
    const end = inSeconds(60);
    const ending = await makeClient({ secret: 'one', attributes: { ...mark, [expiresAt]: end } });
    expect((await secretsOf(ending.id))[expiresAt]).toBe(end);
  });

  it('are two after one write, through others, until an empty value ends the one before', async () => {
    const { id, clientId } = await makeClient({ secret: 'one', attributes: mark });
    await put(id, { secret: 'two', attributes: overlap('one', 60) });
    expect(await tokens(clientId, 'one', 'two')).toEqual([200, 200]);
    await put(id, { attributes: { [clientAttributes.username]: 'edited' } });
    await put(id, { enabled: false });
    expect(await tokens(clientId, 'one', 'two')).toEqual([401, 401]);
    await put(id, { enabled: true });
    await put(id, { secret: 'three' });
    expect(await tokens(clientId, 'one', 'two', 'three')).toEqual([200, 401, 200]);
    await put(id, { attributes: { [rotated]: '', [rotatedAt]: '', [rotatedExpiresAt]: '' } });
    expect(await tokens(clientId, 'one', 'three')).toEqual([401, 200]);
    expect(Object.keys(await secretsOf(id))).not.toContain(rotated);
  });

  it('end when their time is over, and a write after that brings neither back', async () => {
    const { id, clientId } = await makeClient({ secret: 'one', attributes: mark });
    await put(id, { secret: 'two', attributes: { ...overlap('one', 2), [expiresAt]: inSeconds(3) } });
    await vi.waitUntil(async () => (await token(clientId, 'two')) === 401, { timeout: 15_000 });
    expect(await tokens(clientId, 'one', 'two')).toEqual([401, 401]);
    await put(id, { attributes: { [clientAttributes.username]: 'edited' } });
    expect(await tokens(clientId, 'one', 'two')).toEqual([401, 401]);
    // Keycloak has set one of its own, which nobody knows, with an end that says nothing.
    const { secret, [expiresAt]: end } = await secretsOf(id);
    expect(['one', 'two']).not.toContain(secret);
    expect(Number(end)).toBeGreaterThan(Date.now() / 1000 + 3_000_000_000);
    await put(id, { secret: 'three', attributes: { [expiresAt]: inSeconds(60), [createdAt]: inSeconds(0) } });
    expect(await tokens(clientId, 'one', 'two', 'three')).toEqual([401, 401, 200]);
  });

  it('have no end any more, and are one, after a write to a client without the mark', async () => {
    const { id } = await makeClient({ secret: 'one' });
    await put(id, { attributes: { ...overlap('one', 60), [expiresAt]: inSeconds(60) } });
    const stored = Object.keys(await secretsOf(id));
    expect(stored).not.toContain(rotated);
    expect(stored).not.toContain(expiresAt);
  });
});

describe('two changes of a client at once', () => {
  it.each([
    { name: 'a secret', change: { secret: 'another' } },
    { name: 'the switch', change: { enabled: false } },
    { name: 'another attribute', change: { attributes: { [clientAttributes.secretHint]: 'hint' } } },
  ])('lose nothing when one is of attributes alone, beside $name', async ({ change }) => {
    const edit = { attributes: { [clientAttributes.username]: 'after' } };
    for (let round = 0; round < 10; round += 1) {
      const { id } = await makeClient({ attributes: { [clientAttributes.username]: 'before' } });
      const both = [edit, change].map((body) => asService('PUT', `/clients/${id}`, body));
      expect(statuses(await Promise.all(both))).toEqual([204, 204]);
      const stored = await realm.clientInKeycloak(id);
      expect(stored).toMatchObject(edit);
      expect(stored).toMatchObject(change);
    }
  });
});

describe('reading clients', () => {
  it('answers with the secret in plain text, one by one and in lists', async () => {
    const tenantId = newTenant();
    const { id, clientId } = await makeClient({ secret: 'to be stripped', ...tenantOf(tenantId) });
    const answers = [
      (await asService('GET', `/clients/${id}`)).body,
      (await asService('GET', `/clients?clientId=${clientId}`)).body[0],
      (await asService('GET', `/clients?q=${clientAttributes.tenant}:${tenantId}`)).body[0],
    ];
    expect(answers.map(({ secret }) => secret)).toEqual(answers.map(() => 'to be stripped'));
  });

  it('gives 404 for an id that there is not', async () => {
    expect((await asService('GET', `/clients/${randomUUID()}`)).status).toBe(404);
  });

  it('finds by the whole clientId', async () => {
    const { clientId } = await makeClient();
    expect((await asService('GET', `/clients?clientId=${clientId}`)).body).toHaveLength(1);
    expect((await asService('GET', `/clients?clientId=${clientId.slice(0, -1)}`)).body).toEqual([]);
  });

  it('lists by q in the order of clientId, by first and max, and counts nothing', async () => {
    const tenantId = newTenant();
    for (const letter of ['c', 'a', 'd', 'b']) {
      await makeClient({ clientId: `orki-sa-${letter}-${randomUUID()}`, ...tenantOf(tenantId) });
    }
    await makeClient(tenantOf(`${tenantId}2`));
    const list = async (range: string) => {
      const { body } = await asService('GET', `/clients?q=${clientAttributes.tenant}:${tenantId}${range}`);
      return body.map((client: { clientId: string }) => client.clientId.charAt(8));
    };
    expect(await list('')).toEqual(['a', 'b', 'c', 'd']);
    expect(await list('&first=1&max=2')).toEqual(['b', 'c']);
    expect(await list('&first=3&max=2')).toEqual(['d']);
    expect(await list('&first=4&max=2')).toEqual([]);
  });

  it('refuses to search by an attribute that was not declared when Keycloak was started', async () => {
    expect((await asService('GET', '/clients?q=orki.undeclared:x')).status).toBe(400);
    const beside = `${clientAttributes.tenant}:x%20orki.undeclared:x`;
    expect((await asService('GET', `/clients?q=${beside}`)).status).toBe(400);
    expect((await asService('GET', `/clients?q=${clientAttributes.tenant}:x`)).status).toBe(200);
  });

  it('lists every client when q is malformed', async () => {
    await makeClient(tenantOf(newTenant()));
    await makeClient();
    const all = (await asService('GET', '/clients')).body;
    expect((await asService('GET', `/clients?q=${clientAttributes.tenant}`)).body).toHaveLength(all.length);
  });
});

describe('what the fine-grained permissions keep from the service', () => {
  it('answers 403, and lists leave it out', async () => {
    const id = await realm.uuidOf(names.frontendClient);
    expect((await asService('GET', `/clients/${id}`)).status).toBe(403);
    expect((await asService('PUT', `/clients/${id}`, { description: 'x' })).status).toBe(403);
    expect((await asService('DELETE', `/clients/${id}`)).status).toBe(403);
    expect((await asService('GET', `/clients?clientId=${names.frontendClient}`)).body).toEqual([]);
  });
});

describe('roles', () => {
  it('have unique names: of many that make the same one at once, one succeeds', async () => {
    const path = await rolesPath(names.usernamesClient);
    const role = { name: randomUUID(), attributes: { 'orki.account': ['somebody'] } };
    const answers = await Promise.all(Array.from({ length: 8 }, () => asService('POST', path, role)));
    const [first, ...others] = statuses(answers);
    expect(first).toBe(201);
    // 500 instead of 409 for those that Keycloak itself let through and its database did not.
    expect(new Set(others).isSubsetOf(new Set([409, 500]))).toBe(true);
    expect((await asService('POST', path, role)).status).toBe(409);
    const all: { name: string }[] = (await asService('GET', path)).body;
    expect(all.filter(({ name }) => name === role.name)).toHaveLength(1);
  });

  it('take attributes when they are made, and show them', async () => {
    const path = await rolesPath(names.usernamesClient);
    const role = { name: randomUUID(), description: 'd', attributes: { 'orki.account': ['one'] } };
    expect((await asService('POST', path, role)).status).toBe(201);
    expect((await asService('GET', `${path}/${role.name}`)).body).toMatchObject(role);
    const listed = async (query: string) => {
      const { body } = await asService('GET', `${path}${query}`);
      return body.find(({ name }: { name: string }) => name === role.name);
    };
    expect(await listed('?briefRepresentation=false')).toMatchObject(role);
    expect(await listed('')).not.toHaveProperty('attributes');
    expect((await asService('GET', `${path}/${randomUUID()}`)).status).toBe(404);
  });

  it('are deleted by id, which spares a newer one of the same name; 404 when gone', async () => {
    const path = await rolesPath(names.usernamesClient);
    const name = randomUUID();
    await asService('POST', path, { name });
    const { id } = (await asService('GET', `${path}/${name}`)).body;
    expect((await asService('DELETE', `/roles-by-id/${id}`)).status).toBe(204);
    await asService('POST', path, { name });
    expect((await asService('DELETE', `/roles-by-id/${id}`)).status).toBe(404);
    expect((await asService('GET', `${path}/${name}`)).status).toBe(200);
  });

  it('that are gone are mapped nowhere any more, and mapping them is a 404', async () => {
    const { id } = await makeClient();
    const path = await rolesPath(names.tenantsClient);
    await asService('POST', path, { name: newTenant() });
    const [role] = (await asService('GET', path)).body;
    const tenants = await realm.uuidOf(names.tenantsClient);
    const { id: user } = (await asService('GET', `/clients/${id}/service-account-user`)).body;
    const mapping = `/users/${user}/role-mappings/clients/${tenants}`;
    const scope = `/clients/${id}/scope-mappings/clients/${tenants}`;
    expect((await asService('POST', mapping, [role])).status).toBe(204);
    expect((await asService('POST', scope, [role])).status).toBe(204);

    await realm.admin('DELETE', `/roles-by-id/${role.id}`);
    expect((await realm.admin('GET', mapping)).body).toEqual([]);
    expect((await realm.admin('GET', scope)).body).toEqual([]);
    expect((await asService('POST', mapping, [role])).status).toBe(404);
    expect((await asService('POST', scope, [role])).status).toBe(404);
  });

  it('are mapped all or none', async () => {
    const { id } = await makeClient();
    const { id: user } = (await asService('GET', `/clients/${id}/service-account-user`)).body;
    const [role] = (await asService('GET', await rolesPath(names.apiClient))).body;
    const mapping = `/users/${user}/role-mappings/clients/${realm.apiClientUuid}`;
    const absent = { id: randomUUID(), name: 'absent' };
    expect((await asService('POST', mapping, [role, absent])).status).toBe(404);
    expect((await asService('GET', mapping)).body).toEqual([]);
  });
});

describe('a token that is no longer good', () => {
  it('is answered with 401 by the Admin API, as is one that never was', async () => {
    const id = await realm.uuidOf(names.serviceClient);
    const { attributes } = (await realm.clientInKeycloak(id)) ?? {};
    const lifespan = { 'access.token.lifespan': '1' };
    await realm.admin('PUT', `/clients/${id}`, { attributes: { ...attributes, ...lifespan } });
    const expiring = await realm.asService();
    await realm.admin('PUT', `/clients/${id}`, { attributes: { 'access.token.lifespan': '' } });

    const expect401 = async () => expect((await expiring('GET', '/clients?max=1')).status).toBe(401);
    await vi.waitFor(expect401, { timeout: 10_000, interval: 200 });
    const base = `${realm.url}/admin/realms/${realm.name}/clients`;
    const garbage = await fetch(base, { headers: { authorization: 'Bearer garbage' } });
    expect(garbage.status).toBe(401);
  });
});
