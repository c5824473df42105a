import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { clientAttributes, keycloakSecretAttributes } from '../../src/names.ts';
import { type LiveService, liveService } from '../support/live-service.ts';

let live: LiveService;
let accounts: ReturnType<LiveService['clientOf']>;
beforeAll(async () => {
  live = await liveService('expiry');
  accounts = live.clientOf();
});
afterAll(() => live[Symbol.asyncDispose]());

interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

async function tokenStatus({ clientId, clientSecret }: Credentials): Promise<number> {
  const fields = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
  return (await fetch(live.realm.tokenUrl, { method: 'POST', body: new URLSearchParams(fields) })).status;
}
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
const ended = (credentials: Credentials) =>
  vi.waitUntil(async () => (await tokenStatus(credentials)) === 401, { timeout: 30_000, interval: 50 });

/** As Keycloak's console does: all of the client, as it was read, with another name. */
async function editInConsole(id: string) {
  const { body } = await live.realm.admin('GET', `/clients/${id}`);
  const changed = { ...body, name: `edited ${Date.now()}` };
  expect((await live.realm.admin('PUT', `/clients/${id}`, changed)).status).toBe(204);
}

/** Everything that writes to an account, or might, and gives it no secret. */
const changes = [
  { name: 'an edit', change: (id: string) => accounts.edit(id, { description: `at ${Date.now()}` }) },
  {
    name: 'a change of mode',
    change: (id: string) => accounts.edit(id, { mode: 'custom', permissions: ['ai:use'] }),
  },
  {
    name: 'deactivating and activating',
    change: async (id: string) => {
      await accounts.deactivate(id);
      await accounts.activate(id);
    },
  },
  { name: 'ending an overlap', change: (id: string) => accounts.endPreviousSecret(id) },
  { name: "an edit in Keycloak's console", change: editInConsole },
  { name: 'provisioning', change: () => live.realm.provision() },
];

describe('a secret that ends', () => {
  it('works until the second that was shown, and not from it on', async () => {
    const account = await accounts.create({
      username: 'To the second',
      mode: 'agent',
      secretExpiresAt: inSeconds(6),
    });
    const until = Date.parse(account.secretExpiresAt ?? '');
    let lastAccepted = 0;
    await vi.waitUntil(
      async () => {
        const askedAt = Date.now();
        const status = await tokenStatus(account);
        if (status === 200) lastAccepted = askedAt;
        return status === 401;
      },
      { timeout: 30_000, interval: 50 },
    );
    expect(lastAccepted).toBeGreaterThan(0);
    expect(lastAccepted).toBeLessThan(until + 1000);
    expect(Date.now()).toBeGreaterThanOrEqual(until);
    expect(await accounts.get(account.id)).toMatchObject({ secretExpired: true });
  });

  it.each(changes)(
    'ends when it was to after $name, and stays ended after another',
    async ({ name, change }) => {
      const first = await accounts.create({ username: `End ${name}`.replace("'", ''), mode: 'agent' });
      const { id, clientId } = first;
      const account = await accounts.regenerateSecret(id, {
        overlapSeconds: 600,
        secretExpiresAt: inSeconds(10),
      });
      const { secretExpiresAt } = account;
      await change(id);
      const stored = (await live.realm.clientInKeycloak(id))?.attributes;
      const seconds = String(Date.parse(secretExpiresAt ?? '') / 1000);
      expect(stored[keycloakSecretAttributes.expiresAt]).toBe(seconds);
      expect(await accounts.get(id)).toMatchObject({ secretExpiresAt });
      await ended(account);
      // The one before ends with it at the latest.
      expect(await tokenStatus(first)).toBe(401);
      for (let time = 1; time <= 2; time += 1) {
        await change(id);
        expect(await tokenStatus(account)).toBe(401);
        expect(await tokenStatus(first)).toBe(401);
        expect(await accounts.get(id)).toMatchObject({ secretExpiresAt, secretExpired: true });
      }
      // Whatever Keycloak made up meanwhile, a new secret works, and the ended ones don't come back with an overlap.
      const renewed = await accounts.regenerateSecret(id, { overlapSeconds: 600, secretExpiresAt: null });
      expect(renewed).toMatchObject({ previousSecret: null, secretExpiresAt: null, secretExpired: false });
      const { secret } = (await live.realm.clientInKeycloak(id)) ?? {};
      expect(secret).toBe(renewed.clientSecret);
      expect(await tokenStatus({ clientId, clientSecret: renewed.clientSecret })).toBe(200);
      expect([await tokenStatus(account), await tokenStatus(first)]).toEqual([401, 401]);
    },
  );

  it('that has ended is found by its status and by the time of its end', async () => {
    const account = await accounts.create({
      username: 'Found',
      mode: 'agent',
      secretExpiresAt: inSeconds(2),
    });
    await vi.waitUntil(async () => (await accounts.get(account.id)).secretExpired, 10_000);
    const found = await accounts.page({ status: 'expired', search: 'Found' });
    expect(found.items.map(({ id }) => id)).toEqual([account.id]);
    const before = await accounts.page({ expiresBefore: inSeconds(0), search: 'Found' });
    expect(before.items).toHaveLength(1);
    const stored = (await live.realm.clientInKeycloak(account.id))?.attributes;
    expect(stored[clientAttributes.secretExpiresAt]).toBe(account.secretExpiresAt);
  });
});
