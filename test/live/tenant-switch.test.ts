import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../dev/paths.ts';
import { connectKeycloak, type KeycloakConnection } from '../../src/keycloak/connect.ts';
import { names } from '../../src/names.ts';
import { type SwitchDependencies, switchTenantOff, switchTenantOn } from '../../src/tenants/switch-tenant.ts';
import { shippedCatalogue } from '../support/catalogue.ts';
import { requestToken } from '../support/live-oauth.ts';
import { type LiveService, liveService } from '../support/live-service.ts';
import { runCommand } from '../support/run-command.ts';

let live: LiveService;
let keycloak: KeycloakConnection;
const folder = mkdtempSync(join(tmpdir(), 'tenant-'));
beforeAll(async () => {
  live = await liveService('tenant-switch');
  const { url: internalUrl, name: realm, issuer, secret } = live.realm;
  const own = { clientId: names.serviceClient, credential: { secret } };
  keycloak = connectKeycloak({ ...own, internalUrl, issuer, realm, callTimeoutMs: 10_000 }, () => undefined);
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await keycloak.close();
  await live[Symbol.asyncDispose]();
});

/** Runs `npm run tenant` as the operator does, and gives what it printed and the audit records that it wrote. */
async function tenant(...args: string[]) {
  const { realm } = live;
  const auditFile = join(folder, `audit-${args.join('-')}-${Date.now()}`);
  const { code, output } = await runCommand(
    process.execPath,
    ['src/commands/tenant.ts', ...args, '--by', 'Olga'],
    {
      cwd: root,
      env: {
        KEYCLOAK_URL: realm.url,
        KEYCLOAK_REALM: realm.name,
        KEYCLOAK_CLIENT_SECRET: realm.secret,
        AUDIT_FILE: auditFile,
      },
    },
  );
  const audit = () =>
    readFileSync(auditFile, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  return { code, output, audit };
}

const agentPermissions = [...shippedCatalogue.included.agent];

interface Created {
  readonly id: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

const account = (username: string, tenantId = 'acme'): Promise<Created> =>
  live.create({ username, mode: 'agent' }, tenantId === 'acme' ? 'admin' : 'globexAdmin', tenantId);
const obtainsToken = async (credentials: Created) =>
  (await requestToken(live.realm.tokenUrl, credentials)).status === 200;
const statusOf = async ({ id }: Created) =>
  (await live.request({ path: `/acme/service-accounts/${id}` })).body.status;

const connect = () => keycloak.connectGateway({ signal: AbortSignal.timeout(20_000) });

/** Without the wait for requests that are under way. */
const settings: SwitchDependencies = {
  tenantId: 'globex',
  connect,
  by: { subject: 'operator', username: 'Olga' },
  settle: async () => undefined,
  isListCurrent: true,
  onSwitched: () => undefined,
};

const interrupt = () => {
  throw new Error('interrupted');
};

describe('npm run tenant', () => {
  it('switches all accounts of one tenant off, keeps its callers from changes, and brings back what was active', {
    timeout: 180_000,
  }, async () => {
    const first = await account('first');
    const second = await account('second');
    const inactive = await account('inactive');
    const foreign = await account('foreign', 'globex');
    const path = `/acme/service-accounts/${inactive.id}`;
    await live.request({ method: 'POST', path: `${path}/deactivate` });

    const off = await tenant('deactivate', 'acme');
    expect(off.output).toContain('acme is off: 2 accounts switched, 1 left as they were.');
    expect(off.code).toBe(0);
    expect(off.output).toContain(first.clientId);
    expect(await Promise.all([first, second, inactive, foreign].map(obtainsToken))).toEqual([
      false,
      false,
      false,
      true,
    ]);
    expect(off.audit()).toHaveLength(2);
    expect(off.audit()[0]).toMatchObject({
      action: 'deactivate',
      outcome: 'done',
      tenant: 'acme',
      actor: { subject: 'operator', username: 'Olga' },
      // The mode's permissions, as in the records of the service.
      before: { status: 'active', mode: 'agent', permissions: agentPermissions },
      after: { status: 'inactive', mode: 'agent', permissions: agentPermissions },
    });
    const refused = { status: 403, body: { code: 'tenant-off' } };
    const body = { username: 'third', mode: 'agent' };
    expect(await live.request({ method: 'POST', body })).toMatchObject(refused);
    expect(await live.request({ method: 'POST', path: `${path}/activate` })).toMatchObject(refused);

    const again = await switchTenantOff({ ...settings, tenantId: 'acme' });
    expect(again).toEqual({ switched: 0, untouched: 3 });

    const on = await tenant('activate', 'acme');
    expect(on).toMatchObject({ code: 0 });
    expect(on.output).toContain('acme is on: 2 accounts switched, 1 left as they were.');
    expect(await Promise.all([first, second, inactive].map(statusOf))).toEqual([
      'active',
      'active',
      'inactive',
    ]);
    expect(await Promise.all([first, second, inactive].map(obtainsToken))).toEqual([true, true, false]);
    expect((await live.request({ method: 'POST', body })).status).toBe(201);
    // What it switched off is not remembered beyond its coming back.
    const andAgain = await switchTenantOn({ ...settings, tenantId: 'acme' });
    expect(andAgain.switched).toBe(0);
  });

  it('after a breach lets callers change the accounts again, and leaves these inactive for good', async () => {
    const breached = await account('breached');
    const path = `/acme/service-accounts/${breached.id}`;
    const notOff = await tenant('activate', 'acme', '--keep-inactive');
    expect([notOff.code, notOff.output]).toEqual([0, 'acme is not off; nothing was changed.\n']);
    expect(await obtainsToken(breached)).toBe(true);

    await switchTenantOff({ ...settings, tenantId: 'acme' });
    // Switching it on was begun, and broke off.
    const brokenOff = { ...settings, tenantId: 'acme', onSwitched: interrupt };
    await expect(switchTenantOn(brokenOff)).rejects.toThrow('interrupted');
    const on = await tenant('activate', 'acme', '--keep-inactive');
    expect(on.code).toBe(0);
    expect(on.output).toMatch(/^acme is on: \d+ accounts that were active stay inactive/m);
    const left = { action: 'leave-inactive', actor: { username: 'Olga' }, after: { status: 'inactive' } };
    expect(on.audit()).toContainEqual(expect.objectContaining({ action: 'deactivate' }));
    expect(on.audit().at(-1)).toMatchObject(left);
    expect([await statusOf(breached), await obtainsToken(breached)]).toEqual(['inactive', false]);

    const renewed = await live.request({ method: 'POST', path: `${path}/regenerate-secret` });
    expect((await live.request({ method: 'POST', path: `${path}/activate` })).status).toBe(200);
    expect(await obtainsToken(breached)).toBe(false);
    expect(await obtainsToken({ ...breached, ...renewed.body })).toBe(true);
    // What stayed inactive is not brought back by a later off and on.
    const { switched } = await switchTenantOff({ ...settings, tenantId: 'acme' });
    const back = await switchTenantOn({ ...settings, tenantId: 'acme' });
    expect([switched, back.switched]).toEqual([1, 1]);
  });

  it('does not take a name that is misspelt for a tenant without accounts', async () => {
    await account('known');
    for (const action of ['activate', 'deactivate']) {
      const { code, output } = await tenant(action, 'acmee');
      expect(code).toBe(1);
      expect(output).toContain('There is no tenant acmee');
      expect(output).toContain('Did you mean acme?');
    }
    expect(await connect().isTenantOff('acmee')).toBe(false);
    const meant = await tenant('activate', 'acmee', '--even-if-empty');
    expect([meant.code, meant.output]).toEqual([
      0,
      'acmee is on: 0 accounts switched, 0 left as they were.\n',
    ]);
  });

  it('writes audit records alone to standard output', async () => {
    await account('spoken of', 'globex');
    const { realm } = live;
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['src/commands/tenant.ts', 'deactivate', 'globex'],
      {
        cwd: root,
        encoding: 'utf8',
        env: { KEYCLOAK_URL: realm.url, KEYCLOAK_REALM: realm.name, KEYCLOAK_CLIENT_SECRET: realm.secret },
      },
    );
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.filter(({ log, tenant }) => log !== 'audit' || tenant !== 'globex')).toEqual([]);
    expect(stderr).toContain('globex is off');
    await switchTenantOn(settings);
  });

  it('takes nothing for a tenant that can be none, and says how it is used', async () => {
    for (const args of [
      ['deactivate'],
      ['deactivate', 'acme" x'],
      ['remove', 'acme'],
      ['deactivate', 'acme', '--keep-inactive'],
      [],
    ]) {
      expect(await tenant(...args)).toMatchObject({
        code: 2,
        output: expect.stringContaining('npm run tenant'),
      });
    }
  });
});

describe('switching a tenant', () => {
  it('goes on after an interruption, and then brings back all that was active at the beginning', async () => {
    const accounts = [await account('one', 'globex'), await account('two', 'globex')];
    const tokens = () => Promise.all(accounts.map(obtainsToken));
    await expect(switchTenantOff({ ...settings, onSwitched: interrupt })).rejects.toThrow('interrupted');
    expect(await connect().isTenantOff('globex')).toBe(true);
    await switchTenantOff(settings);
    expect(await tokens()).toEqual([false, false]);

    await expect(switchTenantOn({ ...settings, onSwitched: interrupt })).rejects.toThrow('interrupted');
    expect(await connect().isTenantOff('globex')).toBe(true);
    await switchTenantOn(settings);
    expect(await tokens()).toEqual([true, true]);
    expect(await connect().isTenantOff('globex')).toBe(false);
  });

  it('takes what an administrator deactivated in the meantime for inactive, whatever the list said', async () => {
    const { id } = await account('meanwhile', 'globex');
    const path = `/globex/service-accounts/${id}/deactivate`;
    const listing: SwitchDependencies['connect'] = () => {
      const gateway = connect();
      const listAccounts: typeof gateway.listAccounts = async (...range) => {
        const stretch = await gateway.listAccounts(...range);
        if (stretch.accounts.some((account) => account.id === id && account.active)) {
          const answer = await live.request({ as: 'globexAdmin', method: 'POST', path });
          expect(answer.status).toBe(200);
        }
        return stretch;
      };
      return { ...gateway, listAccounts };
    };
    await switchTenantOff({ ...settings, connect: listing });
    await switchTenantOn(settings);
    const read = await live.request({ as: 'globexAdmin', path: `/globex/service-accounts/${id}` });
    expect(read.body.status).toBe('inactive');
  });

  it('finds what a request that was under way activated or made after the first look', async () => {
    const late: Created[] = [];
    const settle = async () => {
      if (late.length > 0) return;
      // As a request does that was let through before.
      await switchTenantOn(settings);
      late.push(await account('late', 'globex'));
      await connect().setTenantOff('globex', new Date().toISOString());
    };
    await switchTenantOff({ ...settings, settle });
    expect(await Promise.all(late.map(obtainsToken))).toEqual([false]);
    await switchTenantOn(settings);
  });

  it('keeps a tenant that never had an account from its first', async () => {
    const initech = { ...settings, tenantId: 'initech' };
    const body = { username: 'first', mode: 'agent' };
    const ask = () =>
      live.request({ as: 'initechAdmin', method: 'POST', path: '/initech/service-accounts', body });
    await switchTenantOff(initech);
    expect(await ask()).toMatchObject({ status: 403, body: { code: 'tenant-off' } });
    await switchTenantOn(initech);
    expect((await ask()).status).toBe(201);
  });
});
