import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { orkiSa } from '../support/command-line.ts';
import { obtainToken, requestToken } from '../support/live-oauth.ts';
import { type PersonName, usernameOf } from '../support/live-realm.ts';
import { type LiveService, liveService } from '../support/live-service.ts';

let live: LiveService;
let home: string;
beforeAll(async () => {
  live = await liveService('command-line');
  home = mkdtempSync(join(tmpdir(), 'orki-sa-home-'));
});
afterAll(async () => {
  rmSync(home, { recursive: true });
  await live[Symbol.asyncDispose]();
});

/** What a person does in their browser: follows the address, signs in on Keycloak's page, is sent back. */
async function signInAt(page: URL, person: PersonName): Promise<void> {
  await live.realm.tokenOf(person);
  const form = await fetch(page);
  const cookie = form.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  const action = /<form[^>]* action="([^"]+)"/.exec(await form.text())?.[1]?.replaceAll('&amp;', '&') ?? '';
  const body = new URLSearchParams({ username: usernameOf(person), password: 'demo' });
  const answer = await fetch(action, { method: 'POST', body, headers: { cookie }, redirect: 'manual' });
  const back = await fetch(answer.headers.get('location') ?? '');
  expect(await back.text()).toContain('go back to the terminal');
}

const session = () => join(home, 'orki-sa', 'session.json');
const asPerson = { XDG_STATE_HOME: '' };

describe('a person', () => {
  beforeAll(() => {
    asPerson.XDG_STATE_HOME = home;
  });
  const login = (person: PersonName, more: readonly string[] = []) => {
    let opened: Promise<void> | undefined;
    const openBrowser = (page: URL) => {
      opened = signInAt(page, person);
    };
    const args = ['login', '--url', live.url, '--issuer', live.realm.issuer, ...more];
    return orkiSa(args, { env: asPerson, openBrowser }).finally(() => opened);
  };

  it('signs in by the browser, manages accounts of their tenant, and signs out', async () => {
    expect(await login('admin')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('the tenant acme'),
    });
    expect(statSync(session()).mode & 0o777).toBe(0o600);
    const secret = join(home, 'secret');
    const create = ['create', 'By hand', '--mode', 'custom', '--permission', 'customers:read,ai:use'];
    const made = await orkiSa([...create, '--to', `file:${secret}`, '--json'], { env: asPerson });
    expect(made).toMatchObject({ code: 0, stderr: '' });
    const { clientId, createdBy } = JSON.parse(made.stdout);
    expect(createdBy.username).toBe(usernameOf('admin'));
    await obtainToken(live.realm, { clientId, clientSecret: readFileSync(secret, 'utf8') });
    expect((await orkiSa(['list'], { env: asPerson })).stdout).toContain(clientId);

    const { refreshToken } = JSON.parse(readFileSync(session(), 'utf8'));
    expect(await orkiSa(['logout'], { env: asPerson })).toMatchObject({ code: 0 });
    expect(await orkiSa(['list'], { env: asPerson })).toMatchObject({ code: 3 });
    const body = { grant_type: 'refresh_token', client_id: 'orki-cli', refresh_token: refreshToken };
    const answer = await fetch(live.realm.tokenUrl, { method: 'POST', body: new URLSearchParams(body) });
    expect([answer.status, await answer.json()]).toEqual([
      400,
      expect.objectContaining({ error: 'invalid_grant' }),
    ]);
  });

  it('stays signed in when the access token expires, until Keycloak ends the session', async () => {
    await login('admin');
    const kept = JSON.parse(readFileSync(session(), 'utf8'));
    writeFileSync(session(), JSON.stringify({ ...kept, expiresAt: 0 }));
    expect(await orkiSa(['list'], { env: asPerson })).toMatchObject({ code: 0, stderr: '' });
    const { body } = await live.realm.admin('GET', `/users?username=${usernameOf('admin')}&exact=true`);
    await live.realm.admin('POST', `/users/${body[0].id}/logout`);
    writeFileSync(session(), JSON.stringify({ ...kept, expiresAt: 0 }));
    const ran = await orkiSa(['list'], { env: asPerson });
    expect(ran).toMatchObject({ code: 3, stderr: expect.stringContaining('orki-sa login') });
  });

  it('without rights is told which one is missing', async () => {
    await login('agent');
    const ran = await orkiSa(['list'], { env: asPerson });
    expect(ran).toMatchObject({ code: 4, stderr: expect.stringContaining('(permission-missing, request ') });
  });

  it('reaches no other tenant', async () => {
    await login('globexAdmin', ['--tenant', 'acme']);
    expect(await orkiSa(['list'], { env: asPerson })).toMatchObject({ code: 4 });
  });
});

describe('a service account that may manage others', () => {
  it('leads an account through its life', async () => {
    const operator = await live.create({ username: 'Operator', mode: 'admin' });
    const env = {
      ORKI_URL: live.url,
      ORKI_TOKEN_URL: operator.tokenUrl,
      ORKI_CLIENT_ID: operator.clientId,
      ORKI_CLIENT_SECRET: operator.clientSecret,
    };
    const file = join(home, 'life.env');
    const run = async (...args: string[]) => {
      const ran = await orkiSa(args, { env });
      expect({ args, ...ran }).toMatchObject({ code: 0 });
      return ran.stdout;
    };
    const secretNow = () => /^ORKI_CLIENT_SECRET=(.*)$/m.exec(readFileSync(file, 'utf8'))?.[1] ?? '';
    await run('create', 'Its life', '--mode', 'agent', '--expires-in-days', '30', '--to', `env:${file}`);
    const { id, clientId, secretExpiresAt } = JSON.parse(await run('get', 'its life', '--json'));
    expect(Date.parse(secretExpiresAt) - Date.now()).toBeGreaterThan(29 * 86_400_000);
    const first = secretNow();
    const statusOf = async (clientSecret: string) =>
      (await requestToken(live.realm.tokenUrl, { clientId, clientSecret })).status;

    await run('edit', clientId, '--description', 'Renamed', '--username', 'Its new life');
    await run('rotate', id, '--overlap', '1h', '--to', `env:${file}`);
    expect(secretNow()).not.toBe(first);
    expect([await statusOf(first), await statusOf(secretNow())]).toEqual([200, 200]);
    await run('rotate', 'Its new life', '--revoke-tokens', '--to', `env:${file}`);
    expect([await statusOf(first), await statusOf(secretNow())]).toEqual([401, 200]);
    await run('deactivate', clientId);
    expect(await statusOf(secretNow())).toBe(401);
    await run('activate', clientId);
    expect(await statusOf(secretNow())).toBe(200);
    await run('revoke-tokens', clientId);
    await run('delete', clientId, '--yes');
    expect(await orkiSa(['get', clientId], { env })).toMatchObject({ code: 5 });
  });

  it('whose own secret is wrong is told so', async () => {
    const { clientId, tokenUrl } = await live.create({ username: 'Wrong secret', mode: 'admin' });
    const env = {
      ORKI_URL: live.url,
      ORKI_TOKEN_URL: tokenUrl,
      ORKI_CLIENT_ID: clientId,
      ORKI_CLIENT_SECRET: 'x',
    };
    const ran = await orkiSa(['list'], { env });
    expect(ran).toMatchObject({ code: 3, stderr: expect.stringContaining('its secret is wrong') });
  });

  it('with nothing but the right to rotate its own secret needs no more than its id', async () => {
    const body = { username: 'Rotates itself', mode: 'custom', permissions: ['service-accounts:rotate-own'] };
    const made = await live.create(body);
    // The service refuses tokens of the second in which the secret was set.
    await vi.waitFor(
      () => expect(Date.now() - Date.parse(made.secretCreatedAt)).toBeGreaterThan(1_000),
      2_000,
    );
    const env = {
      ORKI_URL: live.url,
      ORKI_TOKEN_URL: made.tokenUrl,
      ORKI_CLIENT_ID: made.clientId,
      ORKI_CLIENT_SECRET: made.clientSecret,
    };
    const ran = await orkiSa(['rotate', made.id, '--overlap', '1h', '--to', 'stdout'], { env });
    expect(ran).toMatchObject({ code: 0 });
    await obtainToken(live.realm, { clientId: made.clientId, clientSecret: ran.stdout.trim() });
  });
});
