import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { create, created, edit, pathOf, stateOf } from '../support/accounts.ts';
import { inject } from '../support/faults.ts';
import { testApp } from '../support/test-app.ts';

const taken = {
  status: 409,
  body: { code: 'username-taken', errors: [{ in: 'body', pointer: '/username', code: 'taken' }] },
};
const secondsAgo = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();

describe('a username in its tenant', () => {
  it.each(['Zapier sync', 'ZAPIER SYNC', 'Ｚａｐｉｅｒ sync'])('is taken for %s', async (username) => {
    const service = await testApp();
    await created(service);
    const before = stateOf(service);
    expect(await create(service, { username })).toMatchObject(taken);
    expect(stateOf(service)).toEqual(before);
  });

  it('is free in another tenant, and a conflict says nothing of other tenants', async () => {
    const service = await testApp();
    const { id } = await created(service, {}, { tenantId: 'globex' });
    await created(service);
    const answer = await create(service);
    expect(answer).toMatchObject(taken);
    expect(JSON.stringify(answer.body)).not.toMatch(new RegExp(`globex|${id}`));
  });

  it('goes to exactly one of many that ask for it at once', async () => {
    const service = await testApp();
    const answers = await Promise.all(Array.from({ length: 8 }, () => create(service)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(7);
    expect(service.keycloak.clients.size).toBe(1);
  });

  it('stays taken while its account is inactive, and is free once that is deleted', async () => {
    const service = await testApp();
    const { id } = await created(service);
    await service.request({ method: 'POST', path: `${pathOf(id)}/deactivate` });
    expect((await create(service)).status).toBe(409);
    await service.request({ method: 'DELETE', path: pathOf(id) });
    expect((await create(service)).status).toBe(201);
  });
});

describe('a reservation that a crash left behind', () => {
  const key = 'acme/zapier sync';

  it('that no account uses is taken over after forty seconds', async () => {
    const service = await testApp();
    service.keycloak.usernames.set(key, { accountId: randomUUID(), reservedAt: secondsAgo(41) });
    expect((await create(service)).status).toBe(201);
  });

  it.each([
    { age: 0, retryAfter: '5' },
    { age: 15, retryAfter: '25' },
    { age: 38, retryAfter: '2' },
  ])(
    'that no account uses yet is said to be in use, not taken, after $age s',
    async ({ age, retryAfter }) => {
      const service = await testApp();
      service.keycloak.usernames.set(key, { accountId: randomUUID(), reservedAt: secondsAgo(age) });
      expect(await create(service)).toMatchObject({
        status: 409,
        headers: { 'retry-after': retryAfter },
        body: { code: 'change-in-progress' },
      });
    },
  );

  it('of an account that nobody finished is not taken for good', async () => {
    const service = await testApp();
    const { id } = await created(service);
    const stored = service.keycloak.clients.get(id);
    if (stored) stored.account = { ...stored.account, unfinishedSince: secondsAgo(10) };
    service.keycloak.usernames.set(key, { accountId: id, reservedAt: secondsAgo(10) });
    expect((await create(service)).body.code).toBe('change-in-progress');
    service.keycloak.usernames.set(key, { accountId: id, reservedAt: secondsAgo(41) });
    expect((await create(service)).status).toBe(201);
  });

  it('stays with the account that uses it, however old', async () => {
    const service = await testApp();
    const { id } = await created(service);
    service.keycloak.usernames.set(key, { accountId: id, reservedAt: secondsAgo(1e6) });
    expect(await create(service)).toMatchObject(taken);
  });

  it('is taken over when its account bears another name by now', async () => {
    const service = await testApp();
    const { id } = await created(service, { username: 'other' });
    service.keycloak.usernames.set(key, { accountId: id, reservedAt: secondsAgo(41) });
    const { id: second } = await created(service);
    expect(service.keycloak.usernames.get(key)?.accountId).toBe(second);
  });

  it('is made anew by the account that it is of, so that nobody takes it over while that one uses it', async () => {
    const service = await testApp();
    const { id } = await created(service, { username: 'other' });
    const old = secondsAgo(41);
    service.keycloak.usernames.set(key, { accountId: id, reservedAt: old });
    const meanwhile: number[] = [];
    service.keycloak.beforeCall = async (method) => {
      if (method !== 'editAccount') return;
      service.keycloak.beforeCall = () => undefined;
      meanwhile.push((await create(service)).status);
    };
    expect((await edit(service, id, { username: 'Zapier sync' })).status).toBe(200);
    expect(meanwhile).toEqual([409]);
    expect(service.keycloak.usernames.get(key)?.accountId).toBe(id);
  });

  it('goes to one of several that take it over at once', async () => {
    const service = await testApp();
    service.keycloak.usernames.set(key, { accountId: randomUUID(), reservedAt: secondsAgo(41) });
    const answers = await Promise.all(Array.from({ length: 5 }, () => create(service)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  });
});

describe('renaming', () => {
  it('frees the old name and takes the new one', async () => {
    const service = await testApp();
    const { id } = await created(service);
    expect(await edit(service, id, { username: 'Renamed' })).toMatchObject({
      status: 200,
      body: { username: 'Renamed' },
    });
    expect([...service.keycloak.usernames.keys()]).toEqual(['acme/renamed']);
    expect((await create(service)).status).toBe(201);
    expect(await create(service, { username: 'RENAMED' })).toMatchObject(taken);
  });

  it('to a name that is taken changes nothing, other fields included', async () => {
    const service = await testApp();
    await created(service, { username: 'other' });
    const { id } = await created(service);
    const before = stateOf(service);
    expect(await edit(service, id, { username: 'OTHER', mode: 'admin' })).toMatchObject(taken);
    expect(stateOf(service)).toEqual(before);
  });

  it('in case alone keeps the name', async () => {
    const service = await testApp();
    const { id } = await created(service);
    expect((await edit(service, id, { username: 'ZAPIER Sync' })).body.username).toBe('ZAPIER Sync');
    expect([...service.keycloak.usernames.keys()]).toEqual(['acme/zapier sync']);
  });

  it.each(['editAccount', 'grantRoles'] as const)('that fails at %s frees the new name', async (method) => {
    const service = await testApp();
    const { id } = await created(service);
    const before = stateOf(service);
    inject(service.keycloak, { method });
    expect((await edit(service, id, { username: 'Renamed', mode: 'admin' })).status).toBe(503);
    expect(service.keycloak.usernames).toEqual(before.usernames);
  });

  it('of unknown outcome keeps both names, and a retry leaves one', async () => {
    const service = await testApp();
    const { id } = await created(service);
    inject(service.keycloak, { method: 'editAccount', code: 'outcome-unknown' });
    expect((await edit(service, id, { username: 'Renamed' })).status).toBe(504);
    expect([...service.keycloak.usernames.keys()].sort()).toEqual(['acme/renamed', 'acme/zapier sync']);
    inject(service.keycloak);
    // The edit may still arrive, so nothing else may change the account until the lock expires.
    expect(await edit(service, id, { username: 'Renamed' })).toMatchObject({
      status: 409,
      body: { code: 'change-in-progress' },
    });
    service.keycloak.locks.clear();
    expect((await edit(service, id, { username: 'Renamed' })).status).toBe(200);
    expect([...service.keycloak.usernames.keys()]).toEqual(['acme/renamed']);
  });
});
