import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { rotationPolicy } from '../../src/keycloak/provisioning/service-client-policies.ts';
import { keycloakSecretAttributes, names } from '../../src/names.ts';
import { testRealm } from '../provisioning/test-realm.ts';
import { type LiveRealm, liveRealm } from '../support/live-realm.ts';
import { type LiveService, liveService, startService } from '../support/live-service.ts';

let live: LiveService;
let accounts: ReturnType<LiveService['clientOf']>;
beforeAll(async () => {
  live = await liveService('overlap');
  accounts = live.clientOf();
});
afterAll(() => live[Symbol.asyncDispose]());

interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What the token URL answers to these credentials: 200 or 401. */
async function tokenStatus(realm: LiveRealm, { clientId, clientSecret }: Credentials): Promise<number> {
  const fields = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
  return (await fetch(realm.tokenUrl, { method: 'POST', body: new URLSearchParams(fields) })).status;
}
const statuses = (...all: Credentials[]) => Promise.all(all.map((one) => tokenStatus(live.realm, one)));

describe('at the token URL', () => {
  it('both secrets work through an overlap and every change in it; to the second the old one does not after it', async () => {
    const first = await accounts.create({ username: 'To the second', mode: 'agent' });
    const { id } = first;
    const second = await accounts.regenerateSecret(id, { overlapSeconds: 12 });
    const until = Date.parse(second.previousSecret?.validUntil ?? '');
    expect(await statuses(first, second)).toEqual([200, 200]);
    await accounts.edit(id, { description: 'edited', mode: 'custom', permissions: ['ai:use'] });
    await accounts.deactivate(id);
    expect(await statuses(first, second)).toEqual([401, 401]);
    await accounts.activate(id);
    expect(await statuses(first, second)).toEqual([200, 200]);
    // As the console does: all of the client, as it was read.
    const stored = (await live.realm.admin('GET', `/clients/${id}`)).body;
    expect((await live.realm.admin('PUT', `/clients/${id}`, { ...stored, name: 'edited' })).status).toBe(204);
    await live.realm.provision();
    expect(await statuses(first, second)).toEqual([200, 200]);

    let lastAccepted = 0;
    await vi.waitUntil(
      async () => {
        const askedAt = Date.now();
        const [status] = await statuses(first);
        if (status === 200) lastAccepted = askedAt;
        return status === 401;
      },
      { timeout: 30_000, interval: 50 },
    );
    expect(lastAccepted).toBeLessThan(until + 1000);
    expect(Date.now()).toBeGreaterThanOrEqual(until);
    expect(await statuses(second)).toEqual([200]);
    expect(await accounts.get(id)).toMatchObject({ previousSecret: null });
    // What has ended stays so.
    await accounts.edit(id, { description: 'edited again' });
    await accounts.deactivate(id);
    await accounts.activate(id);
    expect(await statuses(first, second)).toEqual([401, 200]);
  });

  it('a second rotation ends the older secret at once, one without an overlap ends both', async () => {
    const first = await accounts.create({ username: 'Twice', mode: 'agent' });
    const second = await accounts.regenerateSecret(first.id, { overlapSeconds: 600 });
    const third = await accounts.regenerateSecret(first.id, { overlapSeconds: 600 });
    expect(third.endedSecretHints).toEqual([first.secretHint]);
    expect(await statuses(first, second, third)).toEqual([401, 200, 200]);
    const fourth = await accounts.regenerateSecret(first.id);
    expect(await statuses(first, second, third, fourth)).toEqual([401, 401, 401, 200]);
  });

  it('ending an overlap counts at once, and nothing that follows brings the old secret back', async () => {
    const first = await accounts.create({ username: 'Ended', mode: 'agent' });
    const { id } = first;
    const key = { idempotencyKey: 'a rotation'.replace(' ', '-') };
    await accounts.regenerateSecret(id, { overlapSeconds: 600, ...key });
    const second = await accounts.regenerateSecret(id, { overlapSeconds: 600, ...key });
    expect(second.replayed).toBe(true);
    expect(await statuses(first, second)).toEqual([200, 200]);
    expect(await accounts.endPreviousSecret(id)).toMatchObject({ previousSecret: null });
    expect(await statuses(first, second)).toEqual([401, 200]);
    await accounts.edit(id, { description: 'edited' });
    await accounts.deactivate(id);
    await accounts.activate(id);
    const third = await accounts.regenerateSecret(id, { overlapSeconds: 600, ...key });
    expect(third).toMatchObject({ replayed: true, previousSecret: null });
    expect(await statuses(first, second, third)).toEqual([401, 401, 200]);
  });

  it('an account made before there were overlaps is what it was, version included, and can be rotated with one', async () => {
    const account = await accounts.create({ username: 'Made before', mode: 'agent' });
    const { id, clientSecret, clientId } = account;
    // What a Keycloak without the feature would have kept of it.
    const withoutPolicy = await asBeforeTheUpgrade(live.realm, id);
    expect(withoutPolicy).not.toHaveProperty([keycloakSecretAttributes.expiresAt]);
    expect(await accounts.get(id)).toMatchObject({ version: account.version, previousSecret: null });
    await accounts.edit(id, { description: 'edited' });
    expect(await statuses(account)).toEqual([200]);
    const second = await accounts.regenerateSecret(id, { overlapSeconds: 600 });
    expect(await statuses({ clientId, clientSecret }, second)).toEqual([200, 200]);
  });
});

/** Takes away what secret rotation adds to a client. @returns the client's attributes after that */
async function asBeforeTheUpgrade(realm: LiveRealm, id: string): Promise<Record<string, string>> {
  const { body } = await realm.admin('GET', '/client-policies/policies');
  const others = body.policies.filter(({ name }: { name: string }) => name !== rotationPolicy.name);
  await realm.admin('PUT', '/client-policies/policies', { policies: others });
  await realm.admin('PUT', `/clients/${id}`, { directAccessGrantsEnabled: false });
  const { attributes } = (await realm.admin('GET', `/clients/${id}`)).body;
  await realm.admin('PUT', '/client-policies/policies', { policies: body.policies });
  return attributes;
}

describe('where Keycloak keeps one secret at a time', () => {
  it('an overlap is refused with the old secret as it was, /readyz names it, everything else works', async () => {
    const realm = await liveRealm('no-overlap');
    const { body } = await realm.admin('GET', '/client-policies/policies');
    const others = body.policies.filter(({ name }: { name: string }) => name !== rotationPolicy.name);
    await realm.admin('PUT', '/client-policies/policies', { policies: others });
    await using service = await startService(realm);
    const account = { username: 'One at a time', mode: 'agent' };
    const made = (await service.request({ method: 'POST', body: account })).body;
    const path = `/acme/service-accounts/${made.id}`;
    const regenerate = (overlap?: object) =>
      service.request({ method: 'POST', path: `${path}/regenerate-secret`, body: overlap });
    expect(await regenerate({ overlapSeconds: 60 })).toMatchObject({
      status: 409,
      body: { code: 'overlap-unavailable' },
    });
    expect(await tokenStatus(realm, made)).toBe(200);
    const renewed = (await regenerate()).body;
    expect(await tokenStatus(realm, made)).toBe(401);
    expect(await tokenStatus(realm, renewed)).toBe(200);
    const edit = { method: 'PATCH', path, body: { description: 'edited' } };
    expect((await service.request(edit)).status).toBe(200);
    const ready = await service.get('/readyz');
    expect(ready).toMatchObject({ status: 200, body: { status: 'ready', missing: [] } });
    expect(ready.body.unavailable).toEqual([expect.stringContaining('client-secret-rotation')]);
  });

  it('provisioning says so, makes all else, and makes it up when Keycloak can', async () => {
    const realm = await testRealm(inject('keycloak'), 'no-rotation');
    const { keycloak } = realm.target;
    const find = keycloak.serverInfo.find.bind(keycloak.serverInfo);
    const asStartedWithoutIt = vi.spyOn(keycloak.serverInfo, 'find').mockImplementation(async () => {
      const info = await find();
      delete info.providers?.['client-policy-executor']?.providers['secret-rotation'];
      return info;
    });
    const first = await realm.provision();
    const finding = { blocking: false, message: expect.stringContaining('client-secret-rotation') };
    expect(first.findings).toMatchObject([finding]);
    expect((await realm.check()).lines).toEqual([
      expect.stringMatching(/^attention .*client-secret-rotation/),
    ]);
    expect(await realm.uuidOf(names.serviceClient)).toBeTypeOf('string');
    asStartedWithoutIt.mockRestore();
    expect((await realm.check()).lines).toEqual([
      'differs    client profile "orki secrets": missing',
      'differs    client policy "orki secrets of service accounts": missing',
    ]);
    await realm.provision();
    expect(await realm.check()).toMatchObject({ differences: 0, findings: [] });
  });
});
