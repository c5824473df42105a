import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { connectKeycloak, type KeycloakConnection } from '../../src/keycloak/connect.ts';
import { names } from '../../src/names.ts';
import {
  createClientId,
  createdAtOf,
  isServiceAccountClientId,
} from '../../src/service-accounts/client-id.ts';
import type { Gateway } from '../../src/service-accounts/gateway.ts';
import { sweepActor } from '../../src/upkeep/sweep.ts';
import { newAccount } from '../support/in-memory-keycloak.ts';
import { type LiveRealm, liveRealm } from '../support/live-realm.ts';
import { sweepLater } from '../support/sweep-later.ts';

const minuteMs = 60_000;
const leaseMs = 2_000;
const stamp = {
  at: '2026-11-23T10:00:00.000Z',
  by: { subject: 'editor', username: 'an editor' },
  history: [],
};

let realm: LiveRealm;
let keycloak: KeycloakConnection;
beforeAll(async () => {
  realm = await liveRealm('sweep');
  const { url: internalUrl, name, issuer, secret } = realm;
  const own = { clientId: names.serviceClient, credential: { secret } };
  const settings = { ...own, internalUrl, issuer, realm: name, callTimeoutMs: 10_000, lockLeaseMs: leaseMs };
  keycloak = connectKeycloak(settings, () => undefined);
});
afterAll(() => keycloak.close());

const connect = (): Gateway => keycloak.connectGateway({ signal: AbortSignal.timeout(60_000) });

/** Sweeps as it would so many minutes from now, and says what was repaired. */
const sweepIn = (minutes: number) => sweepLater(keycloak, minutes * minuteMs);

/** An account as the service makes it; a crash leaves out the last step. */
async function make({ whole = true, minutesAgo = 0 } = {}) {
  const gateway = connect();
  const at = new Date(Date.now() - minutesAgo * minuteMs).toISOString();
  const account = newAccount({ tenantId: 'acme', at });
  await gateway.tryReserveUsername('acme', account.username, {
    accountId: account.id,
    reservedAt: account.at,
  });
  await gateway.createClient(account);
  await gateway.grantRoles(account.id, ['mode-agent']);
  if (whole) await gateway.finishAccount(account.id);
  return account;
}

const isFree = async (username: string) => {
  const holder = { accountId: randomUUID(), reservedAt: new Date().toISOString() };
  const outcome = await connect().tryReserveUsername('acme', username, holder);
  await connect().releaseUsername('acme', username, holder.accountId);
  return outcome === 'reserved';
};

describe('the sweep', () => {
  it('leaves what is whole and what is under way as it is', async () => {
    const whole = await make();
    const underWay = await make({ whole: false });
    const lock = await connect().lockAccount('acme', randomUUID());
    const before = [await connect().findAccount(whole.id), await connect().findAccount(underWay.id)];
    expect(await sweepIn(9)).not.toContainEqual(expect.objectContaining({ account: underWay.id }));
    expect([await connect().findAccount(whole.id), await connect().findAccount(underWay.id)]).toEqual(before);
    expect(await isFree(whole.username)).toBe(false);
    await lock.release();
  });

  it('removes an account that nobody finished, and frees its username', async () => {
    const { id, username } = await make({ whole: false });
    expect(await sweepIn(11)).toEqual(
      expect.arrayContaining([
        { kind: 'unfinished-account', tenant: 'acme', account: id },
        { kind: 'abandoned-username', account: id },
      ]),
    );
    expect(await connect().findAccount(id)).toBeUndefined();
    expect(await isFree(username)).toBe(true);
  });

  it('frees a username whose account is gone or bears another', async () => {
    const renamed = await make();
    await connect().editAccount(renamed, { username: 'Renamed' }, stamp);
    const gone = randomUUID();
    await connect().tryReserveUsername('acme', 'Gone', {
      accountId: gone,
      reservedAt: new Date().toISOString(),
    });
    await sweepIn(11);
    expect([await isFree('Gone'), await isFree(renamed.username)]).toEqual([true, true]);
  });

  it('makes lists say what roles an account has after somebody changed them in the console', async () => {
    const { id } = await make();
    await connect().revokeRoles(id, ['mode-agent']);
    await connect().grantRoles(id, ['ai:use']);
    const after = { mode: 'custom', permissions: ['ai:use'] };
    expect(await sweepIn(0)).toContainEqual({
      kind: 'mirror-of-roles',
      tenant: 'acme',
      account: id,
      before: { mode: 'agent', permissions: [] },
      after,
    });
    const fields = ['mode', 'permissions'];
    const history = [expect.objectContaining({ action: 'edit', by: sweepActor, fields })];
    expect(await connect().findAccount(id)).toMatchObject({ ...after, history });
    expect(await sweepIn(0)).not.toContainEqual(expect.objectContaining({ account: id }));
  });

  it("has Keycloak's console show an account of an earlier version by its name and its description", async () => {
    const { id, username } = await make();
    const earlier = { name: 'Service account of acme', description: 'Its name is among its attributes.' };
    await realm.admin('PUT', `/clients/${id}`, earlier);
    const before = await connect().findAccount(id);
    expect(await sweepIn(0)).toContainEqual({ kind: 'text-in-console', tenant: 'acme', account: id });
    const { client } = (await realm.inKeycloak(id)) ?? {};
    expect(client).toMatchObject({ name: `acme / ${username}` });
    expect(client.description ?? '').toBe(before?.description ?? '');
    expect(await connect().findAccount(id)).toEqual({ ...before, isCurrentInConsole: true });

    await connect().editAccount(
      { id, tenantId: 'acme' },
      { username: 'Renamed later', description: 'x'.repeat(500) },
      stamp,
    );
    const edited = (await realm.inKeycloak(id))?.client;
    expect(edited).toMatchObject({ name: 'acme / Renamed later', description: `${'x'.repeat(254)}…` });
    expect(await connect().findAccount(id)).toMatchObject({
      isCurrentInConsole: true,
      description: 'x'.repeat(500),
    });
  });

  it('removes locks that a crash left, and no other', async () => {
    const [left, held] = [randomUUID(), randomUUID()];
    await connect().lockAccount('acme', left);
    const lock = await connect().lockAccount('acme', held);
    expect((await sweepIn(0)).filter(({ kind }) => kind === 'expired-lock')).toEqual([]);
    const removed = (await sweepIn(2)).filter(({ kind }) => kind === 'expired-lock');
    expect(removed.length).toBeGreaterThanOrEqual(2);
    await lock.release();
  });

  it('finds by the day on which it is due of whose secret a warning may be due', async () => {
    const dayMs = 24 * 60 * minuteMs;
    const account = newAccount({
      tenantId: 'acme',
      secretExpiresAt: new Date(Date.now() + 31 * dayMs).toISOString(),
    });
    const gateway = connect();
    await gateway.createClient(account);
    const isFoundAfter = async (days: number) =>
      (await Array.fromAsync(keycloak.sweepTargets.accountsToWarnOf(Date.now() + days * dayMs))).some(
        ({ id }) => id === account.id,
      );
    expect([await isFoundAfter(-1), await isFoundAfter(2), await isFoundAfter(30)]).toEqual([
      false,
      true,
      true,
    ]);
    const stored = await gateway.findAccount(account.id);
    if (stored === undefined) throw new Error('not made');
    await gateway.noteExpiryWarning(stored, 30);
    expect([await isFoundAfter(2), await isFoundAfter(25)]).toEqual([false, true]);
    await gateway.deleteAccount(account.id);
  });

  it('looks for unfinished accounts among the new ones, whatever other clients there are', async () => {
    const foreign = {
      clientId: 'orki-sa-0000',
      attributes: { 'orki.managed': 'true', 'orki.tenant': 'acme' },
    };
    await realm.admin('POST', '/clients', foreign);
    onTestFinished(async () => {
      await realm.admin('DELETE', `/clients/${await realm.uuidOf(foreign.clientId)}`);
    });
    const madeAt = [3, 2, 1].map((hours) => Date.now() - hours * 60 * minuteMs);
    for (const at of madeAt) await connect().createClient(newAccount({ clientId: createClientId(at) }));
    const found = await Array.fromAsync(keycloak.sweepTargets.accountsMadeAfter(Date.now() - 150 * minuteMs));
    const ages = found
      .filter(({ clientId }) => isServiceAccountClientId(clientId))
      .map(({ clientId }) => Date.parse(createdAtOf(clientId)));
    expect(ages).toEqual([madeAt[2], madeAt[1]]);
  });

  it('gets to every account and every username, a slice at a time', async () => {
    for (let made = 0; made < 5; made += 1) await make();
    const all = new Set((await Array.fromAsync(keycloak.sweepTargets.accounts())).map(({ id }) => id));
    const usernames = new Set(
      (await Array.fromAsync(keycloak.sweepTargets.someUsernames(10_000))).map(({ roleId }) => roleId),
    );
    expect([all.size, usernames.size].every((size) => size > 4)).toBe(true);
    for (let slice = 0; all.size + usernames.size > 0 && slice < 100; slice += 1) {
      for await (const { id } of keycloak.sweepTargets.someAccounts(3)) all.delete(id);
      for await (const { roleId } of keycloak.sweepTargets.someUsernames(3)) usernames.delete(roleId);
    }
    expect([...all, ...usernames]).toEqual([]);
  });

  it('does the same work once when several sweep at the same time', async () => {
    // Its age is real: to a sweep of a later time, the locks that the sweepers hold now would have expired.
    const { id } = await make({ whole: false, minutesAgo: 11 });
    const all = (await Promise.all([sweepIn(0), sweepIn(0), sweepIn(0)])).flat();
    expect(all.filter(({ kind, account }) => kind === 'unfinished-account' && account === id)).toHaveLength(
      1,
    );
  });

  it('has its turn on one replica at a time', async () => {
    const turns = await Promise.all([1, 2, 3].map(() => connect().takeTurn('test', 60_000)));
    expect(turns.filter(Boolean)).toHaveLength(1);
    expect(await connect().takeTurn('test', 60_000)).toBe(false);
  });

  it('touches nothing that is not of the service', async () => {
    const foreign = {
      clientId: `orki-sa-${randomUUID()}`,
      attributes: { 'orki.unfinished-since': '2026-01-01T00:00:00Z' },
    };
    await realm.admin('POST', '/clients', foreign);
    const uuid = await realm.uuidOf(foreign.clientId);
    const { body: before } = await realm.admin('GET', `/clients/${uuid}`);
    await sweepIn(60);
    expect((await realm.admin('GET', `/clients/${uuid}`)).body).toEqual(before);
  });
});

describe('a lock that was not given back', () => {
  it('keeps others away until it expires, and then lets one of them have it', async () => {
    const id = randomUUID();
    await connect().lockAccount('acme', id);
    const startedAt = performance.now();
    const lock = await connect().lockAccount('acme', id);
    expect(performance.now() - startedAt).toBeGreaterThan(leaseMs / 2);
    await lock.release();
  });
});
