import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ServiceError } from '../../../src/errors.ts';
import { connectKeycloak } from '../../../src/keycloak/connect.ts';
import { names } from '../../../src/names.ts';
import { createClientId } from '../../../src/service-accounts/client-id.ts';
import { pathOf } from '../../support/accounts.ts';
import { type AttackedHouse, attackedHouse, everyCallOn } from '../../support/attacked-house.ts';
import { newAccount } from '../../support/in-memory-keycloak.ts';
import { introspector, obtainToken, requestToken } from '../../support/live-oauth.ts';
import type { PersonName } from '../../support/live-realm.ts';

let house: AttackedHouse;
beforeAll(async () => {
  house = await attackedHouse();
});

async function everyVerb(path: string, as: PersonName = 'admin') {
  const answers = [];
  for (const call of everyCallOn(path)) answers.push(await house.request({ ...call, as }));
  return answers;
}

/** Of every call: reading the account and its history, ending an overlap and its tokens and deactivating it; all else needs its rights. */
const readAndEndedAlone = [200, 200, 403, 403, 403, 403, 200, 403, 200, 200, 403];

const missing = { status: 403, body: { code: 'permission-missing' } };

describe('attacks 10, 11 and 35: nobody gets at rights that they do not hold', () => {
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
    const { id } = await house.victim({ username: `Of ${as}`, ...own });
    for (const [index, grant] of [...allowed, ...refused].entries()) {
      const isAllowed = allowed.includes(grant);
      const body = { username: `By ${as} ${index}`, ...grant };
      const created = await house.request({ as, method: 'POST', body });
      expect(created).toMatchObject(isAllowed ? { status: 201 } : missing);
      if (!isAllowed) {
        const edited = await house.request({ as, method: 'PATCH', path: pathOf(id), body: grant });
        expect(edited).toMatchObject(missing);
      }
    }
    expect((await house.realm.inKeycloak(id))?.roles[names.apiClient]).toEqual(own.permissions);
  });

  it('a writer may read and switch off a greater account, and no more', async () => {
    const { id } = await house.victim({ username: 'Greater', mode: 'admin' });
    const before = await house.realm.inKeycloak(id);
    const answers = await everyVerb(pathOf(id), 'writer');
    expect(answers.map(({ status }) => status)).toEqual(readAndEndedAlone);
    const after = await house.realm.inKeycloak(id);
    expect(after).toMatchObject({ client: { enabled: false, secret: before?.client.secret } });
    expect(after?.roles).toEqual(before?.roles);
    const again = await house.request({ as: 'writer', method: 'POST', path: `${pathOf(id)}/activate` });
    expect(again).toMatchObject(missing);
  });

  it('a role that an administrator mapped in the console is a right of the account', async () => {
    const body = { username: 'Mapped', mode: 'custom', permissions: ['service-accounts:read'] };
    const { id } = await house.victim(body);
    const before = await house.realm.inKeycloak(id);
    await house.realm.mapApiRoles(before?.user.id, ['security:write']);

    const answers = await everyVerb(pathOf(id), 'writer');
    expect(answers.map(({ status }) => status)).toEqual(readAndEndedAlone);
    expect((await house.realm.inKeycloak(id))?.client.secret).toBe(before?.client.secret);

    // What lists show of its rights follows with the next sweep; an edit of something else does not touch them.
    await house.request({ method: 'PATCH', path: pathOf(id), body: { description: 'seen' } });
    const roles = (await house.realm.inKeycloak(id))?.roles[names.apiClient];
    expect(roles?.toSorted()).toEqual(['security:write', 'service-accounts:read']);
    const replaced = { mode: 'custom', permissions: ['ai:use'] };
    await house.request({ method: 'PATCH', path: pathOf(id), body: replaced });
    expect((await house.realm.inKeycloak(id))?.roles[names.apiClient]).toEqual(['ai:use']);
  });

  it("a role of somebody's own making is beyond even an administrator of the tenant", async () => {
    const { id } = await house.victim({ username: 'Special', mode: 'agent' });
    const { user } = (await house.realm.inKeycloak(id)) ?? {};
    await house.realm.admin('POST', `/clients/${house.realm.apiClientUuid}/roles`, { name: 'special' });
    await house.realm.mapApiRoles(user.id, ['special']);
    const answers = await everyVerb(pathOf(id));
    expect(answers.map(({ status }) => status)).toEqual(readAndEndedAlone);
    expect((await house.realm.inKeycloak(id))?.roles[names.apiClient]).toEqual(['mode-agent', 'special']);
  });
});

describe('attack 12: a service account as the caller', () => {
  it('works within its rights, and not a moment longer than it is active', async () => {
    const permissions = ['service-accounts:read', 'service-accounts:write'];
    const account = await house.victim({ username: 'Caller', mode: 'custom', permissions });
    const { token } = await obtainToken(house.realm, account);
    const as = { token };

    expect((await house.request({ as })).status).toBe(200);
    const body = { username: 'Made by it', mode: 'custom', permissions: ['service-accounts:read'] };
    const made = await house.request({ as, method: 'POST', body });
    expect(made).toMatchObject({ status: 201, body: { createdBy: { username: account.clientId } } });
    expect(await house.request({ as, path: '/globex/service-accounts' })).toMatchObject({ status: 403 });
    const greater = { username: 'Greater than it', mode: 'agent' };
    expect(await house.request({ as, method: 'POST', body: greater })).toMatchObject(missing);
    const elevated = await house.request({
      as,
      method: 'PATCH',
      path: pathOf(account.id),
      body: { mode: 'admin' },
    });
    expect(elevated).toMatchObject(missing);

    await house.request({ method: 'POST', path: `${pathOf(account.id)}/deactivate` });
    const before = await house.realm.inKeycloak(made.body.id);
    const refused = [
      await house.request({ as }),
      await house.request({ as, method: 'DELETE', path: pathOf(made.body.id) }),
    ];
    for (const answer of refused) {
      expect(answer).toMatchObject({ status: 401, body: { code: 'invalid-token' } });
      expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"');
    }
    expect(await house.realm.inKeycloak(made.body.id)).toEqual(before);

    await house.request({ method: 'DELETE', path: pathOf(account.id) });
    expect((await house.request({ as })).status).toBe(401);
  });
});

describe('attack 12: a service account that may rotate its own secret', () => {
  const permissions = ['ai:use', 'service-accounts:rotate-own'];
  const body = { mode: 'custom', permissions };
  const rotate = (as: { token: string }, id: string, more: { body?: object } = {}) =>
    house.request({ as, method: 'POST', path: `${pathOf(id)}/regenerate-secret`, ...more });
  /** Keycloak counts the time of a token in whole seconds, and one of the secret's own second counts as older. */
  async function tokenOf(account: { clientId: string; clientSecret: string; secretCreatedAt: string }) {
    const second = (Math.floor(Date.parse(account.secretCreatedAt) / 1000) + 1) * 1000;
    await sleep(Math.max(0, second - Date.now()));
    return { token: (await obtainToken(house.realm, account)).token };
  }

  it('does that alone: no other account, no other call, no other field', async () => {
    const account = await house.victim(body);
    const neighbour = await house.victim(body);
    const foreign = await house.victim(body, 'globexAdmin', 'globex');
    const as = await tokenOf(account);
    const before = await house.state();
    const refusals = [];
    for (const id of [neighbour.id, foreign.id, randomUUID(), house.realm.apiClientUuid])
      refusals.push(await rotate(as, id));
    for (const path of [pathOf(account.id), pathOf(neighbour.id)]) {
      const calls = everyCallOn(path).filter((call) => !call.path.endsWith('/regenerate-secret'));
      for (const call of calls) refusals.push(await house.request({ ...call, as }));
    }
    for (const field of [{ secretExpiresAt: null }, { secretLifetimeDays: 3650 }])
      refusals.push(await rotate(as, account.id, { body: field }));
    for (const answer of refusals) expect(answer).toMatchObject(missing);
    for (const field of [{ mode: 'admin' }, { permissions: ['team:write'] }, { secret: 'mine' }])
      expect((await rotate(as, account.id, { body: field })).status).toBe(400);
    expect(await rotate(as, foreign.id.toUpperCase())).toMatchObject(missing);
    const elsewhere = `/globex/service-accounts/${account.id}/regenerate-secret`;
    expect((await house.request({ as, method: 'POST', path: elsewhere })).body.code).toBe('wrong-tenant');
    expect(await house.state()).toEqual(before);

    const rotated = await rotate(as, account.id, { body: { overlapSeconds: 600 } });
    expect(rotated).toMatchObject({ status: 200, body: { permissions } });
    expect(await requestToken(house.realm.tokenUrl, account)).toMatchObject({ status: 200 });
    expect(await requestToken(house.realm.tokenUrl, rotated.body)).toMatchObject({ status: 200 });
  });

  it('does not get at a new secret with a token from before somebody else set it, nor while it is inactive', async () => {
    const account = await house.victim(body);
    const stolen = await tokenOf(account);
    await house.request({ method: 'POST', path: `${pathOf(account.id)}/regenerate-secret` });
    const before = await house.realm.inKeycloak(account.id);
    const refused = await rotate(stolen, account.id);
    expect(refused).toMatchObject({ status: 401, body: { code: 'invalid-token' } });
    expect(await house.realm.inKeycloak(account.id)).toEqual(before);
    await house.request({ method: 'POST', path: `${pathOf(account.id)}/deactivate` });
    expect((await rotate(stolen, account.id)).status).toBe(401);
  });
});

describe('attack 11: what is no permission', () => {
  it.each([
    ['that there is none of', 'nothing:read', 400],
    ['that is a mode', names.modeRoles.admin, 400],
    ['that is a role of the realm management', 'realm-admin', 400],
    ['that is a role of the realm', 'offline_access', 400],
    ['in other letters', 'Customers:Read', 400],
    ['with something behind it', 'customers:read ', 400],
    ['that is a path', '../realm-management/realm-admin', 400],
    ['of nothing', '', 400],
    ['of a name that every object has', '__proto__', 400],
    ['of a name that every object has too', 'constructor', 400],
  ])('one %s is granted by nobody', async (_, permission, status) => {
    const { id } = await house.victim({ mode: 'agent' });
    const before = await house.realm.inKeycloak(id);
    const grant = { mode: 'custom', permissions: [permission] };
    const created = await house.request({ method: 'POST', body: { username: 'Nothing', ...grant } });
    expect(created.status).toBe(status);
    const edited = await house.request({ method: 'PATCH', path: pathOf(id), body: grant });
    expect(edited.status).toBe(status);
    expect(await house.realm.inKeycloak(id)).toEqual(before);
  });

  it('a role of somebody else on orki-api is none either, also for a caller whose token holds it', async () => {
    await house.realm.admin('POST', `/clients/${house.realm.apiClientUuid}/roles`, { name: 'own:role' });
    const roles = ['mode-admin', 'service-accounts:read', 'service-accounts:write', 'own:role'];
    const token = await house.forge({ resource_access: { 'orki-api': { roles } } });
    const body = { username: 'Own role', mode: 'custom', permissions: ['own:role'] };
    expect((await house.request({ as: { token }, method: 'POST', body })).status).toBe(400);
  });
});

it('attack 13: a caller who is demoted meanwhile gets what the token says that was checked, and no more', async () => {
  const { id: user } = (await house.realm.admin('GET', '/users?username=agentwriter@people.test')).body[0];
  const mapping = `/users/${user}/role-mappings/clients/${house.realm.apiClientUuid}`;
  const agent = (await house.realm.admin('GET', mapping)).body.filter(
    ({ name }: { name: string }) => name === names.modeRoles.agent,
  );
  const old = { token: await house.realm.tokenOf('agentWriter') };
  await house.realm.admin('DELETE', mapping, agent);
  const { access_token: token = '' } = await house.realm.signIn('agentWriter', 'openid');
  await house.realm.admin('POST', mapping, agent);

  const body = { username: 'After demotion', mode: 'agent' };
  expect(await house.request({ as: { token }, method: 'POST', body })).toMatchObject(missing);
  expect(await house.request({ as: old, method: 'POST', body: { ...body, mode: 'admin' } })).toMatchObject(
    missing,
  );
  expect((await house.request({ as: old, method: 'POST', body })).status).toBe(201);
});

it('attack 33: a deactivated account gets no token, and introspection calls the ones that it has inactive', async () => {
  const account = await house.victim({ mode: 'agent' });
  const introspect = await introspector(house.realm);
  const { token } = await obtainToken(house.realm, account);
  expect(await introspect(token)).toMatchObject({ active: true });
  await house.request({ as: 'writer', method: 'POST', path: `${pathOf(account.id)}/deactivate` });
  expect(await requestToken(house.realm.tokenUrl, account)).toMatchObject({ status: 401 });
  expect(await introspect(token)).toEqual({ active: false });
});

it('attack 30: a user whose name stands in the way of a new client makes a clean failure, and its id was unknowable', async () => {
  const account = newAccount({ clientId: createClientId(Date.now()) });
  const blocker = { username: `service-account-${account.clientId}`, enabled: true };
  expect((await house.realm.admin('POST', '/users', blocker)).status).toBe(201);
  const { url: internalUrl, name: realm, issuer, secret } = house.realm;
  const settings = { internalUrl, realm, issuer, clientId: names.serviceClient, credential: { secret } };
  const keycloak = connectKeycloak({ ...settings, callTimeoutMs: 10_000 }, () => undefined);
  onTestFinished(() => keycloak.close());
  const gateway = keycloak.connectGateway({ signal: AbortSignal.timeout(20_000) });
  await expect(gateway.createClient(account)).rejects.toBeInstanceOf(ServiceError);
  expect(await house.realm.clientInKeycloak(account.id)).toBeUndefined();
  expect(createClientId(Date.now())).not.toBe(createClientId(Date.now()));
});
