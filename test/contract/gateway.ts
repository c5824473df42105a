import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { permissionNames } from '../../src/permissions/catalogue.ts';
import type { Account, Stamp } from '../../src/service-accounts/account.ts';
import type { ConnectGateway, Gateway, SecretRenewal } from '../../src/service-accounts/gateway.ts';
import { publicKeysOf } from '../../src/service-accounts/public-keys.ts';
import { secretDigest } from '../../src/service-accounts/secret.ts';
import { publicKey } from '../support/accounts.ts';
import { shippedCatalogue } from '../support/catalogue.ts';
import { newAccount } from '../support/in-memory-keycloak.ts';

const inSeconds = (seconds: number) =>
  new Date((Math.floor(Date.now() / 1000) + seconds) * 1000).toISOString();
const stamp = {
  at: '2026-11-23T10:00:00.000Z',
  by: { subject: 'editor', username: 'an editor' },
  history: [],
};

/** Another point of Ed25519. */
const otherX = 'PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw';

/** A secret whose hint is the first four of its letters. */
const renewal = (letters: string, previous: SecretRenewal['previous']): SecretRenewal => ({
  secret: { value: `orki_sa_${letters}`, hint: letters.slice(0, 4) },
  expiresAt: null,
  requests: null,
  previous,
});

/** What the operations rely on, whoever is behind the gateway. Each test has a tenant of its own. */
export function describeGateway(name: string, connect: () => ConnectGateway): void {
  describe(`gateway to ${name}`, () => {
    const open = (): Gateway => connect()({ signal: AbortSignal.timeout(30_000) });
    const newTenant = () => `t-${randomUUID().slice(0, 12)}`;

    async function stored(gateway: Gateway, overrides: Parameters<typeof newAccount>[0] = {}) {
      const account = newAccount({ tenantId: newTenant(), ...overrides });
      await gateway.createClient(account);
      await gateway.finishAccount(account.id);
      return account;
    }

    it('knows the catalogue that ships, with what the modes include', async () => {
      const catalogue = await open().catalogue();
      expect(catalogue.groups).toEqual(shippedCatalogue.groups);
      expect(catalogue.included).toEqual(shippedCatalogue.included);
      expect(permissionNames(catalogue)).toHaveLength(23);
    });

    it('gives back a new account as it was made, without its secret', async () => {
      const gateway = open();
      const account = await stored(gateway, {
        username: 'Zoë 名前 .-_',
        description: 'line 1\nline 2 <b> "quoted" \\ ünï',
        mode: 'custom',
        permissions: ['customers:read', 'ai:use'],
      });
      const found = await gateway.findAccount(account.id);
      const { secret, at, by, ...rest } = account;
      expect(rest.keys).toBeNull();
      expect(found).toEqual({
        ...rest,
        active: true,
        tenantOff: null,
        createdAt: at,
        createdBy: by,
        updatedAt: at,
        updatedBy: by,
        secretCreatedAt: at,
        previousSecret: null,
        secretSha256: secretDigest(account.secret),
        previousSecretSha256: null,
        tokensRevokedBefore: null,
        expiryWarnedDays: null,
        unfinishedSince: null,
        isCurrentInConsole: true,
        version: expect.any(String),
      });
      expect(JSON.stringify(found)).not.toContain(secret);
    });

    it('finds an account by its clientId, and nothing by one that there is not', async () => {
      const gateway = open();
      const account = await stored(gateway);
      expect((await gateway.findAccountByClientId(account.clientId))?.id).toBe(account.id);
      expect(await gateway.findAccountByClientId(`${account.clientId}-x`)).toBeUndefined();
      expect(await gateway.findAccountByClientId(account.clientId.slice(0, -1))).toBeUndefined();
    });

    it('finds nothing by an id that there is not', async () => {
      expect(await open().findAccount(randomUUID())).toBeUndefined();
    });

    it('lists the accounts of one tenant alone, in the order of clientId, by stretches', async () => {
      const gateway = open();
      const tenantId = newTenant();
      const made = [];
      for (const letter of ['c', 'a', 'b']) {
        made.push(await stored(gateway, { tenantId, clientId: `orki-sa-${letter}-${randomUUID()}` }));
      }
      await stored(gateway, { tenantId: `${tenantId}2` });
      const ids = (stretch: { accounts: readonly { clientId: string }[] }) =>
        stretch.accounts.map(({ clientId }) => clientId);
      const ordered = made.map(({ clientId }) => clientId).sort();
      const all = await gateway.listAccounts(tenantId, 0, 10);
      expect(ids(all)).toEqual(ordered);
      expect(all.clientIds).toEqual(ordered);
      const rest = await gateway.listAccounts(tenantId, 1, 1);
      expect(ids(rest)).toEqual(ordered.slice(1, 2));
      expect(await gateway.listAccounts(tenantId, 3, 5)).toEqual({ accounts: [], clientIds: [] });
    });

    it('changes what an edit names and leaves the rest', async () => {
      const gateway = open();
      const account = await stored(gateway, { description: 'before' });
      const before = await gateway.findAccount(account.id);
      await gateway.editAccount(account, { username: 'After' }, stamp);
      const after = await gateway.findAccount(account.id);
      expect(after).toEqual({
        ...before,
        username: 'After',
        updatedAt: stamp.at,
        updatedBy: stamp.by,
        version: expect.any(String),
      });
      expect(after?.version).not.toBe(before?.version);
    });

    it('clears a description, and writes the mirror of a grant', async () => {
      const gateway = open();
      const account = await stored(gateway, { description: 'before' });
      const edit = { description: null, mode: 'custom', permissions: ['ai:use'] } as const;
      await gateway.editAccount(account, edit, stamp);
      expect(await gateway.findAccount(account.id)).toMatchObject(edit);
      await gateway.editAccount(account, { mode: 'admin', permissions: [] }, stamp);
      expect(await gateway.findAccount(account.id)).toMatchObject({ mode: 'admin', permissions: [] });
    });

    it('keeps the history of an account through every change, and as long as it can get', async () => {
      const gateway = open();
      const account = await stored(gateway);
      const { id } = account;
      const before = await gateway.findAccount(id);
      if (before === undefined) throw new Error('not made');
      expect(before.history).toEqual(account.history);
      const of = (username: string) => ({
        at: stamp.at,
        by: { subject: 's', username },
        action: 'edit',
        fields: [],
      });
      const changes = [
        ['one', (now: Stamp) => gateway.editAccount(account, { description: 'edited' }, now)],
        ['two', (now: Stamp) => gateway.setStatus(id, { active: false }, now)],
        ['three', (now: Stamp) => gateway.replaceSecret(id, renewal('another', 'ends'), now)],
        ['four', (now: Stamp) => gateway.endPreviousSecret(id, now)],
        // What it takes is near the longest that is ever kept.
        ['five', (now: Stamp) => gateway.setStatus(id, { active: true }, now), 19],
      ] as const;
      for (const [name, change, length = 1] of changes) {
        const longName = '名'.repeat(length === 1 ? 1 : 350);
        const history = Array.from({ length }, (_, index) => of(`${name} ${index} "${longName}"`));
        await change({ ...stamp, history });
        await gateway.showInConsole(before);
        expect((await gateway.findAccount(id))?.history).toEqual(history);
      }
    });

    it('replaces the secret and says when and by whom', async () => {
      const gateway = open();
      const account = await stored(gateway);
      await gateway.replaceSecret(account.id, renewal('another', 'ends'), stamp);
      expect(await gateway.findAccount(account.id)).toMatchObject({
        secretHint: 'anot',
        secretCreatedAt: stamp.at,
        updatedBy: stamp.by,
        active: true,
      });
    });

    it('keeps the secret of now beside a new one until a time, through every other change, and ends it when told', async () => {
      const gateway = open();
      const account = await stored(gateway);
      const { id, secretHint } = account;
      expect(await gateway.canRotateSecrets()).toBe(true);
      const previous = { hint: secretHint, validUntil: inSeconds(60) };
      await gateway.replaceSecret(id, renewal('second', previous), stamp);
      const expectOverlap = async (rest: object, previousSecret: object | null = previous) =>
        expect(await gateway.findAccount(id)).toMatchObject({ ...rest, previousSecret });
      const digests = {
        secretSha256: secretDigest('orki_sa_second'),
        previousSecretSha256: secretDigest(account.secret),
      };
      await expectOverlap({ secretHint: 'seco', ...digests });
      await gateway.editAccount(account, { description: 'edited' }, stamp);
      await gateway.setStatus(id, { active: false }, stamp);
      await gateway.setStatus(id, { active: true }, stamp);
      await expectOverlap({ secretHint: 'seco', description: 'edited' });
      // As when a rotation is repeated.
      await gateway.replaceSecret(id, renewal('third', 'stays'), stamp);
      await expectOverlap({ secretHint: 'thir' });
      const second = { hint: 'thir', validUntil: inSeconds(120) };
      await gateway.replaceSecret(id, renewal('fourth', second), stamp);
      await expectOverlap({ secretHint: 'four' }, second);
      await gateway.endPreviousSecret(id, stamp);
      await expectOverlap({ secretHint: 'four', updatedBy: stamp.by }, null);
      await gateway.replaceSecret(id, renewal('fifth', { hint: 'four', validUntil: inSeconds(60) }), stamp);
      await gateway.replaceSecret(id, renewal('sixth', 'ends'), stamp);
      const last = { secretSha256: secretDigest('orki_sa_sixth'), previousSecretSha256: null };
      await expectOverlap({ secretHint: 'sixt', ...last }, null);
      expect(JSON.stringify(await gateway.findAccount(id))).not.toContain('orki_sa_');
    });

    it('puts keys in place of the secrets of an account, keeps them through other changes, and takes them away', async () => {
      const gateway = open();
      const account = await stored(gateway, { secretExpiresAt: inSeconds(3_600) });
      const { id } = account;
      await gateway.replaceSecret(id, renewal('second', { hint: 'hint', validUntil: inSeconds(60) }), stamp);
      const keys = await publicKeysOf(
        [
          { ...publicKey, kid: 'one' },
          { ...publicKey, kid: 'two', x: otherX },
        ],
        '',
      );
      await gateway.replaceKeys(id, { keys, requests: null }, stamp);
      const withKeys = {
        keys,
        secretHint: '',
        secretCreatedAt: stamp.at,
        secretExpiresAt: null,
        previousSecret: null,
        secretSha256: null,
        previousSecretSha256: null,
        isCurrentInConsole: true,
      };
      expect(await gateway.findAccount(id)).toMatchObject(withKeys);
      // Each by a gateway that has not read the account.
      await open().setStatus(id, { active: false }, stamp);
      await open().editAccount(account, { description: 'edited' }, stamp);
      await open().endPreviousSecret(id, stamp);
      await open().showInConsole({ ...account, ...((await gateway.findAccount(id)) as Account) });
      expect(await gateway.findAccount(id)).toMatchObject({ ...withKeys, active: false });
      await open().replaceSecret(id, renewal('third', 'ends'), stamp);
      expect(await gateway.findAccount(id)).toMatchObject({
        keys: null,
        secretHint: 'thir',
        isCurrentInConsole: true,
      });
      expect(JSON.stringify(await gateway.findAccount(id))).not.toContain('orki_sa_');
    });

    it('makes an account with keys, of whose secret nothing is kept', async () => {
      const gateway = open();
      const keys = await publicKeysOf([publicKey], '');
      const { id } = await stored(gateway, { keys, secretHint: '' });
      const found = await gateway.findAccount(id);
      expect(found).toMatchObject({ keys, secretHint: '', secretSha256: null, isCurrentInConsole: true });
    });

    it('gives an account and each of its secrets their ends, and notes a warning until there is a new one', async () => {
      const gateway = open();
      const secretExpiresAt = inSeconds(3_600);
      const { id } = await stored(gateway, { secretExpiresAt });
      const before = await gateway.findAccount(id);
      if (before === undefined) throw new Error('not made');
      expect(before).toMatchObject({ secretExpiresAt, expiryWarnedDays: null });
      await gateway.noteExpiryWarning(before, 7);
      expect(await gateway.findAccount(id)).toEqual({ ...before, expiryWarnedDays: 7 });
      const later = inSeconds(7_200);
      await gateway.replaceSecret(id, { ...renewal('second', 'ends'), expiresAt: later }, stamp);
      expect(await gateway.findAccount(id)).toMatchObject({ secretExpiresAt: later, expiryWarnedDays: null });
      await gateway.replaceSecret(id, renewal('third', 'ends'), stamp);
      expect(await gateway.findAccount(id)).toMatchObject({ secretExpiresAt: null });
    });

    it('shows a previous secret until its time is over, and then another version', async () => {
      const gateway = open();
      const { id } = await stored(gateway);
      const validUntil = inSeconds(3);
      await gateway.replaceSecret(id, renewal('second', { hint: 'hint', validUntil }), stamp);
      const before = await gateway.findAccount(id);
      expect(before?.previousSecret).toEqual({ hint: 'hint', validUntil });
      await vi.waitUntil(async () => (await gateway.findAccount(id))?.previousSecret === null, 5_000);
      expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(validUntil));
      const after = await gateway.findAccount(id);
      expect(after).toEqual({ ...before, previousSecret: null, version: expect.any(String) });
      expect(after?.version).not.toBe(before?.version);
    });

    it('deactivates an account and activates it', async () => {
      const gateway = open();
      const account = await stored(gateway);
      await gateway.setStatus(account.id, { active: false }, stamp);
      expect(await gateway.findAccount(account.id)).toMatchObject({ active: false, updatedBy: stamp.by });
      await gateway.setStatus(account.id, { active: true }, stamp);
      expect(await gateway.findAccount(account.id)).toMatchObject({ active: true });
    });

    it('keeps what an account was when its tenant was switched off, until that is cleared', async () => {
      const gateway = open();
      const { id } = await stored(gateway);
      expect(await gateway.findAccount(id)).toMatchObject({ active: true, tenantOff: null });
      await gateway.setStatus(id, { active: false, tenantOff: 'was-active' }, stamp);
      expect(await gateway.findAccount(id)).toMatchObject({ active: false, tenantOff: 'was-active' });
      await gateway.setStatus(id, { tenantOff: 'was-inactive' }, stamp);
      await gateway.editAccount({ id, tenantId: 'acme' }, { description: 'edited' }, stamp);
      expect(await gateway.findAccount(id)).toMatchObject({ active: false, tenantOff: 'was-inactive' });
      await gateway.setStatus(id, { active: true, tenantOff: null }, stamp);
      expect(await gateway.findAccount(id)).toMatchObject({ active: true, tenantOff: null });
    });

    it('knows of a tenant whether it is off, also of one that never had an account', async () => {
      const gateway = open();
      const { id, tenantId } = await stored(gateway);
      await gateway.assignTenantAndRoles(id, tenantId, []);
      const unused = newTenant();
      expect(await gateway.tenants()).toContain(tenantId);
      expect(await gateway.tenants()).not.toContain(unused);
      for (const tenant of [tenantId, unused]) {
        expect(await gateway.isTenantOff(tenant)).toBe(false);
        await gateway.setTenantOff(tenant, stamp.at);
        expect(await gateway.isTenantOff(tenant)).toBe(true);
        expect(await gateway.isTenantOff(`${tenant}2`)).toBe(false);
        await gateway.setTenantOff(tenant, null);
        expect(await gateway.isTenantOff(tenant)).toBe(false);
        expect(await gateway.tenants()).toContain(tenant);
      }
    });

    it('finds a finished account with its roles in its own tenant alone, the second time as the first', async () => {
      const gateway = open();
      const account = newAccount({ tenantId: newTenant() });
      const { id, tenantId } = account;
      await gateway.createClient(account);
      await gateway.assignTenantAndRoles(id, tenantId, ['mode-agent', 'ai:configure']);
      expect(await gateway.findAccountWithRoles(tenantId, id)).toBeUndefined();
      await gateway.finishAccount(id);
      for (let time = 1; time <= 2; time += 1) {
        const found = await gateway.findAccountWithRoles(tenantId, id);
        expect(found?.account).toEqual(await gateway.findAccount(id));
        expect([...(found?.roles ?? [])].sort()).toEqual(['ai:configure', 'mode-agent']);
        expect(await gateway.findAccountWithRoles(`${tenantId}2`, id)).toBeUndefined();
      }
      await gateway.deleteAccount(id);
      expect(await gateway.findAccountWithRoles(tenantId, id)).toBeUndefined();
      // As when a creation with an Idempotency-Key is repeated: the same id, and another user behind it.
      await gateway.createClient(account);
      await gateway.assignTenantAndRoles(id, tenantId, ['mode-admin']);
      await gateway.finishAccount(id);
      expect((await gateway.findAccountWithRoles(tenantId, id))?.roles).toEqual(['mode-admin']);
    });

    it('deletes an account once', async () => {
      const gateway = open();
      const account = await stored(gateway);
      expect(await gateway.deleteAccount(account.id)).toBe(true);
      expect(await gateway.findAccount(account.id)).toBeUndefined();
      expect(await gateway.deleteAccount(account.id)).toBe(false);
    });

    it('grants and revokes roles, and doing so again changes nothing', async () => {
      const gateway = open();
      const { id } = await stored(gateway);
      expect(await gateway.grantedRoles(id)).toEqual([]);
      await gateway.grantRoles(id, ['mode-agent', 'ai:configure']);
      await gateway.grantRoles(id, ['mode-agent']);
      expect((await gateway.grantedRoles(id)).sort()).toEqual(['ai:configure', 'mode-agent']);
      await gateway.revokeRoles(id, ['mode-agent']);
      await gateway.revokeRoles(id, ['mode-agent']);
      expect(await gateway.grantedRoles(id)).toEqual(['ai:configure']);
    });

    it('assigns a tenant that was never seen, and one that was, again and again', async () => {
      const gateway = open();
      const tenantId = newTenant();
      for (const { id } of [await stored(gateway, { tenantId }), await stored(gateway, { tenantId })]) {
        await gateway.assignTenantAndRoles(id, tenantId, []);
        await expect(gateway.assignTenantAndRoles(id, tenantId, [])).resolves.toBeUndefined();
      }
    });

    it('says that an account is unfinished until it is finished, and lists it only then', async () => {
      const gateway = open();
      const requests = { current: 'r', seen: [{ request: 'r', at: stamp.at }], body: 'b' };
      const account = newAccount({ tenantId: newTenant(), requests });
      await gateway.createClient(account);
      const unfinished = await gateway.findAccount(account.id);
      expect(unfinished).toMatchObject({ unfinishedSince: account.at, requests });
      expect(await gateway.listAccounts(account.tenantId, 0, 5)).toEqual({
        accounts: [],
        clientIds: [account.clientId],
      });
      await gateway.finishAccount(account.id);
      const finished = await gateway.findAccount(account.id);
      expect(finished).toEqual({ ...unfinished, unfinishedSince: null });
      expect((await gateway.listAccounts(account.tenantId, 0, 5)).accounts).toEqual([finished]);
    });

    it('says 404 of a change of an account that is no longer there', async () => {
      const gateway = open();
      const account = await stored(gateway);
      const { id } = account;
      await gateway.deleteAccount(id);
      for (const change of [
        () => gateway.editAccount(account, { description: 'late' }, stamp),
        () => gateway.setStatus(id, { active: false }, stamp),
        () => gateway.replaceSecret(id, renewal('late', 'ends'), stamp),
        () => gateway.replaceSecret(id, renewal('late', { hint: 'hint', validUntil: inSeconds(9) }), stamp),
        () => gateway.endPreviousSecret(id, stamp),
      ]) {
        await expect(change()).rejects.toMatchObject({ code: 'service-account-not-found' });
      }
    });

    it('lets one change of an account at a time have its lock, and others wait for it', async () => {
      const [tenantId, id] = [newTenant(), randomUUID()];
      let held = 0;
      let highest = 0;
      const change = async () => {
        const lock = await open().lockAccount(tenantId, id);
        held += 1;
        highest = Math.max(highest, held);
        await setTimeout(5);
        held -= 1;
        await lock.release();
      };
      await Promise.all(Array.from({ length: 8 }, change));
      expect(highest).toBe(1);
    });

    it('says 409 when a lock is not given back in time, and when to try again', async () => {
      const [tenantId, id] = [newTenant(), randomUUID()];
      const lock = await open().lockAccount(tenantId, id);
      await expect(open().lockAccount(tenantId, id)).rejects.toMatchObject({ code: 'change-in-progress' });
      await lock.release();
      await (await open().lockAccount(tenantId, id)).release();
    });

    it('keeps locks of different accounts, and of different tenants, apart', async () => {
      const [tenantId, id] = [newTenant(), randomUUID()];
      const locks = [
        await open().lockAccount(tenantId, id),
        await open().lockAccount(tenantId, randomUUID()),
        await open().lockAccount(`${tenantId}2`, id),
      ];
      expect(locks).toHaveLength(3);
      for (const lock of locks) await lock.release();
    });

    it('remembers that an account was deleted where its lock is given back so', async () => {
      const gateway = open();
      const [tenantId, id] = [newTenant(), randomUUID()];
      const lock = await gateway.lockAccount(tenantId, id);
      expect(await gateway.wasDeleted(tenantId, id)).toBe(false);
      await lock.releaseAsDeleted();
      expect(await gateway.wasDeleted(tenantId, id)).toBe(true);
      expect(await gateway.wasDeleted(`${tenantId}2`, id)).toBe(false);
      await (await gateway.lockAccount(tenantId, id)).release();
    });

    it('lets one account have a username in a tenant, whatever the case, and says who has it', async () => {
      const gateway = open();
      const tenantId = newTenant();
      const first = { accountId: randomUUID(), reservedAt: stamp.at };
      const second = { accountId: randomUUID(), reservedAt: stamp.at };
      expect(await gateway.tryReserveUsername(tenantId, 'Ｚapier Sync', first)).toBe('reserved');
      expect(await gateway.tryReserveUsername(tenantId, 'zapier SYNC', second)).toEqual(first);
      // As when the answer to it was lost.
      expect(await gateway.tryReserveUsername(tenantId, 'Ｚapier Sync', first)).toBe('reserved');
      expect(await gateway.tryReserveUsername(`${tenantId}2`, 'zapier SYNC', second)).toBe('reserved');
    });

    it('lets exactly one of many that want the same username at once have it', async () => {
      const gateway = open();
      const tenantId = newTenant();
      const racers = Array.from({ length: 8 }, () => ({ accountId: randomUUID(), reservedAt: stamp.at }));
      const outcomes = await Promise.all(
        racers.map((racer) => gateway.tryReserveUsername(tenantId, 'Race', racer)),
      );
      expect(outcomes.filter((outcome) => outcome === 'reserved')).toHaveLength(1);
    });

    it('gives a username back for its holder alone', async () => {
      const gateway = open();
      const tenantId = newTenant();
      const holder = { accountId: randomUUID(), reservedAt: stamp.at };
      const other = { accountId: randomUUID(), reservedAt: stamp.at };
      await gateway.tryReserveUsername(tenantId, 'Name', holder);
      await gateway.releaseUsername(tenantId, 'Name', other.accountId);
      expect(await gateway.tryReserveUsername(tenantId, 'Name', other)).toEqual(holder);
      await gateway.releaseUsername(tenantId, 'NAME', holder.accountId);
      await gateway.releaseUsername(tenantId, 'NAME', holder.accountId);
      expect(await gateway.tryReserveUsername(tenantId, 'Name', other)).toBe('reserved');
    });
  });
}
