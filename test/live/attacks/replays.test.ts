import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { names } from '../../../src/names.ts';
import { type AttackedHouse, attackedHouse, pathOf } from '../../support/attacked-house.ts';
import { obtainToken, requestToken } from '../../support/live-oauth.ts';
import type { Answer, RequestOptions } from '../../support/live-service.ts';

let house: AttackedHouse;
beforeAll(async () => {
  house = await attackedHouse();
});

const missing = { status: 403, body: { code: 'permission-missing' } };
const small = { mode: 'custom', permissions: ['service-accounts:read'] };
const allRights = ['mode-admin', 'service-accounts:read', 'service-accounts:write'];
const isReplay = ({ headers }: Answer) => headers.get('idempotency-replayed') === 'true';

type As = NonNullable<RequestOptions['as']>;

function create(as: As, key: string, body: object, tenantId = 'acme') {
  const headers = { 'idempotency-key': key };
  return house.request({ as, method: 'POST', path: `/${tenantId}/service-accounts`, headers, body });
}

function regenerate(as: As, key: string, path: string) {
  const headers = { 'idempotency-key': key };
  return house.request({ as, method: 'POST', path: `${path}/regenerate-secret`, headers });
}

/** A token of somebody with these roles of `orki-api`. */
async function holding(roles: string[], claims: object = {}): Promise<{ token: string }> {
  return { token: await house.forge({ resource_access: { [names.apiClient]: { roles } }, ...claims }) };
}

/** What a creation with a key was asked for and gave. */
async function created(as: As, grant: object) {
  const key = randomUUID();
  const body = { username: `Key ${key}`, ...grant };
  const answer = await create(as, key, body);
  expect(answer.status).toBe(201);
  return { key, body, account: answer.body };
}

describe("attack 31: with the key of somebody else's request", () => {
  it('another tenant makes an account of its own', async () => {
    const { key, body, account } = await created('admin', small);
    const before = await house.realm.inKeycloak(account.id);
    const other = await create('globexAdmin', key, body, 'globex');
    expect([other.status, isReplay(other)]).toEqual([201, false]);
    expect(other.body.id).not.toBe(account.id);
    expect(other.text).not.toContain(account.clientSecret);
    expect(await house.realm.inKeycloak(account.id)).toEqual(before);
  });

  it('the same person makes another account in another tenant', async () => {
    const sub = randomUUID();
    const { key, body, account } = await created(await holding(allRights, { sub }), small);
    const before = await house.realm.inKeycloak(account.id);
    const elsewhere = await holding(allRights, { sub, tenant_id: 'globex' });
    const other = await create(elsewhere, key, body, 'globex');
    expect([other.status, isReplay(other)]).toEqual([201, false]);
    expect(other.body.id).not.toBe(account.id);
    expect(await house.realm.inKeycloak(account.id)).toEqual(before);
    const back = await create(elsewhere, key, body);
    expect(back).toMatchObject({ status: 403 });
    expect(await house.realm.inKeycloak(account.id)).toEqual(before);
  });

  it('another caller of the tenant meets the username that is taken, and sees no account', async () => {
    const sub = randomUUID();
    const { key, body, account } = await created(await holding(allRights, { sub }), small);
    const before = await house.state();
    const others: As[] = ['admin', 'writer', await holding(allRights, { sub, azp: 'another-client' })];
    for (const as of others) {
      const answer = await create(as, key, body);
      expect(answer).toMatchObject({ status: 409, body: { code: 'username-taken' } });
      expect(answer.text).not.toContain(account.id);
    }
    expect(await house.state()).toEqual(before);
  });

  it('another tenant regenerates nothing: the account is not there for it', async () => {
    const { id } = await house.victim(small);
    const key = randomUUID();
    await regenerate('admin', key, pathOf(id));
    const before = await house.state();
    expect(await regenerate('globexAdmin', key, pathOf(id))).toMatchObject({ status: 403 });
    const foreign = await regenerate('globexAdmin', key, pathOf(id, 'globex'));
    expect(foreign).toMatchObject({ status: 404, body: { code: 'service-account-not-found' } });
    expect(await house.state()).toEqual(before);
  });

  it('another caller who may regenerate gets a secret of their own, and the first one can repeat nothing', async () => {
    const { id } = await house.victim(small);
    const key = randomUUID();
    const first = await regenerate('admin', key, pathOf(id));
    const second = await regenerate('writer', key, pathOf(id));
    expect([second.status, isReplay(second)]).toEqual([200, false]);
    expect(second.body.clientSecret).not.toBe(first.body.clientSecret);
    const spent = await regenerate('admin', key, pathOf(id));
    expect(spent).toMatchObject({ status: 409, body: { code: 'idempotency-key-spent' } });
    expect((await house.realm.inKeycloak(id))?.client.secret).toBe(second.body.clientSecret);
  });
});

describe('attack 35: a caller with nothing but service-accounts:write', () => {
  const few = ['service-accounts:read', 'service-accounts:write'];

  it("replays neither an administrator's creation nor their regeneration", async () => {
    const { key, body, account } = await created('admin', { mode: 'admin' });
    await regenerate('admin', key, pathOf(account.id));
    const before = await house.state();
    expect(await create('writer', key, body)).toMatchObject(missing);
    expect(await regenerate('writer', key, pathOf(account.id))).toMatchObject(missing);
    expect(await house.state()).toEqual(before);
  });

  it('replays neither their own, of when they still were an administrator', async () => {
    const sub = randomUUID();
    const { key, body, account } = await created(await holding(allRights, { sub }), { mode: 'admin' });
    const demoted = await holding(few, { sub });
    const before = await house.state();
    expect(await create(demoted, key, body)).toMatchObject(missing);
    expect(await house.state()).toEqual(before);

    await regenerate(await holding(allRights, { sub }), key, pathOf(account.id));
    const after = await house.state();
    expect(await regenerate(demoted, key, pathOf(account.id))).toMatchObject(missing);
    expect(await house.state()).toEqual(after);
  });

  it('replays neither their own, when the account became greater since', async () => {
    const { key, body, account } = await created('writer', small);
    const other = await house.victim(small);
    await regenerate('writer', key, pathOf(other.id));
    for (const { id } of [account, other]) {
      await house.request({ method: 'PATCH', path: pathOf(id), body: { mode: 'admin' } });
    }
    const before = await house.state();
    expect(await create('writer', key, body)).toMatchObject(missing);
    expect(await regenerate('writer', key, pathOf(other.id))).toMatchObject(missing);
    expect(await house.state()).toEqual(before);
  });
});

it('attack 12: the live token of a deactivated account replays nothing', async () => {
  const permissions = ['service-accounts:read', 'service-accounts:write'];
  const caller = await house.victim({ mode: 'custom', permissions });
  const as = { token: (await obtainToken(house.realm, caller)).token };
  const { key, body, account } = await created(as, small);
  await regenerate(as, key, pathOf(account.id));
  await house.request({ method: 'POST', path: `${pathOf(caller.id)}/deactivate` });

  const before = await house.state();
  const refused = { status: 401, body: { code: 'invalid-token' } };
  expect(await create(as, key, body)).toMatchObject(refused);
  expect(await regenerate(as, key, pathOf(account.id))).toMatchObject(refused);
  expect(await house.state()).toEqual(before);
});

describe('attack 32: raced with its deactivation', () => {
  const rounds = [1, 2, 3, 4, 5];

  it.each([
    ['a new secret', 'POST', '/regenerate-secret', undefined],
    ['a change of mode', 'PATCH', '', { mode: 'agent' }],
    ['a change of its description', 'PATCH', '', { description: 'raced' }],
  ])('%s does not bring an account back', async (_, method, action, body) => {
    for (const round of rounds) {
      const account = await house.victim();
      const path = pathOf(account.id);
      const requests = [
        () => house.request({ method, path: `${path}${action}`, body }),
        () => house.request({ method: 'POST', path: `${path}/deactivate` }),
      ];
      const inTurn = round % 2 === 0 ? requests : requests.toReversed();
      const answers = await Promise.all(inTurn.map((request) => request()));
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);

      const { client, roles } = (await house.realm.inKeycloak(account.id)) ?? {};
      expect(client.enabled).toBe(false);
      const { clientId } = account;
      const grant = await requestToken(house.realm.tokenUrl, { clientId, clientSecret: client.secret });
      expect(grant.status).toBe(401);
      // The other change, which was acknowledged too, is not lost either.
      const regenerated = answers.find(({ body: { clientSecret } }) => clientSecret !== undefined);
      expect(client.secret).toBe(regenerated?.body.clientSecret ?? account.clientSecret);
      const isAgent = body !== undefined && 'mode' in body;
      expect(roles?.[names.apiClient]).toEqual([isAgent ? 'mode-agent' : 'mode-admin']);
    }
  });
});
