import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readSettings, SettingsError } from '../../src/keycloak/provisioning/settings.ts';

const complete = {
  KEYCLOAK_URL: 'https://auth.orki.test/',
  KEYCLOAK_ADMIN_USERNAME: 'admin',
  KEYCLOAK_ADMIN_PASSWORD: 'hunter2-hunter2',
  KEYCLOAK_CLIENT_SECRET: 'a-secret-of-some-length',
};

test('the defaults are the realm orki and an operator in master', () => {
  expect(readSettings(complete)).toMatchObject({
    keycloakUrl: 'https://auth.orki.test',
    realm: 'orki',
    operatorRealm: 'master',
    operator: { username: 'admin', password: 'hunter2-hunter2' },
  });
});

test('Keycloak is on this machine unless it is said to be elsewhere', () => {
  const { KEYCLOAK_URL: _, ...rest } = complete;
  expect(readSettings(rest)).toMatchObject({
    keycloakUrl: 'http://127.0.0.1:8080',
    publicUrl: 'http://127.0.0.1:8080',
  });
});

test('Keycloak is reached by its internal address where there is one', () => {
  const env = { ...complete, KEYCLOAK_INTERNAL_URL: 'http://keycloak:8080' };
  expect(readSettings(env).keycloakUrl).toBe('http://keycloak:8080');
});

test("a client's credential goes before a person's", () => {
  const env = { ...complete, KEYCLOAK_ADMIN_CLIENT_ID: 'ops', KEYCLOAK_ADMIN_CLIENT_SECRET: 's' };
  expect(readSettings(env).operator).toEqual({ clientId: 'ops', credential: { secret: 's' } });
});

const publicPem = () =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' });

test('keys, secrets and passwords may be in files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'settings-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = (name: string, content: string) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const { KEYCLOAK_ADMIN_PASSWORD: _, KEYCLOAK_CLIENT_SECRET: __, ...rest } = complete;
  const env = {
    ...rest,
    KEYCLOAK_ADMIN_PASSWORD_FILE: file('password', 'from a file\n'),
    KEYCLOAK_CLIENT_PUBLIC_KEYS_FILE: file('keys', `${publicPem()}${publicPem()}`),
  };
  const settings = readSettings(env);
  expect(settings.operator).toEqual({ username: 'admin', password: 'from a file' });
  expect(settings.serviceClientKeys).toHaveLength(2);

  const three = file('three', `${publicPem()}${publicPem()}${publicPem()}`);
  expect(() => readSettings({ ...env, KEYCLOAK_CLIENT_PUBLIC_KEYS_FILE: three })).toThrow(
    /^KEYCLOAK_CLIENT_PUBLIC_KEYS_FILE: has to hold one key, or two/,
  );
  expect(() => readSettings({ ...env, KEYCLOAK_ADMIN_PASSWORD_FILE: join(folder, 'absent') })).toThrow(
    /^KEYCLOAK_ADMIN_PASSWORD_FILE: the file cannot be read/,
  );
});

test('a temporary administrator makes a client of the realm with a key the operator, and nothing else', () => {
  const folder = mkdtempSync(join(tmpdir(), 'settings-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const keyFile = join(folder, 'key');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const operator = {
    KEYCLOAK_ADMIN_REALM: 'orki',
    KEYCLOAK_ADMIN_CLIENT_ID: 'ops',
    KEYCLOAK_ADMIN_CLIENT_KEY_FILE: keyFile,
  };
  const bootstrap = {
    KEYCLOAK_BOOTSTRAP_CLIENT_ID: 'temporary',
    KEYCLOAK_BOOTSTRAP_CLIENT_SECRET: 's',
  };
  expect(readSettings({ ...complete, ...operator, ...bootstrap }).appointment).toMatchObject({
    administrator: { clientId: 'temporary', credential: { secret: 's' } },
    operator: { clientId: 'ops' },
  });
  for (const wrong of [bootstrap, { ...operator, ...bootstrap, KEYCLOAK_ADMIN_REALM: 'master' }]) {
    expect(() => readSettings({ ...complete, ...wrong })).toThrow(/^KEYCLOAK_BOOTSTRAP_CLIENT_ID: needs /);
  }
});

test('an empty variable counts as absent', () => {
  expect(readSettings({ ...complete, KEYCLOAK_REALM: '', KEYCLOAK_CLIENT_SECRET: '' })).toMatchObject({
    realm: 'orki',
    serviceClientSecret: undefined,
  });
});

test('redirect addresses are a list', () => {
  const env = { ...complete, FRONTEND_REDIRECT_URIS: 'https://a.test/cb, http://127.0.0.1:5173/*' };
  expect(readSettings(env).frontendRedirectUris).toEqual(['https://a.test/cb', 'http://127.0.0.1:5173/*']);
});

test.each([
  ['KEYCLOAK_URL', 'keycloak:8080'],
  ['KEYCLOAK_REALM', '../master'],
  ['KEYCLOAK_REALM', 'master'],
  ['KEYCLOAK_CLIENT_SECRET', 'short'],
  ['KEYCLOAK_CLIENT_SECRET', '$' + '{vault.some_secret}'],
  ['KEYCLOAK_ADMIN_USERNAME', undefined],
  ['FRONTEND_REDIRECT_URIS', '*'],
  ['FRONTEND_REDIRECT_URIS', 'https://*.orki.test/'],
  ['FRONTEND_REDIRECT_URIS', 'https://a.test/cb,'],
  ['FRONTEND_REDIRECT_URIS', 'javascript:alert(1)'],
])('%s = %s is refused by its name', (name, value) => {
  expect(() => readSettings({ ...complete, [name]: value })).toThrow(new RegExp(`^${name}: `));
});

test('all wrong variables are named at once, and no value is repeated', () => {
  const env = { KEYCLOAK_URL: 'nonsense-url', KEYCLOAK_CLIENT_SECRET: 'short-secret' };
  const message = (() => {
    try {
      readSettings(env);
    } catch (error) {
      if (error instanceof SettingsError) return error.message;
    }
    return '';
  })();
  expect(message).toContain('KEYCLOAK_URL: ');
  expect(message).toContain('KEYCLOAK_CLIENT_SECRET: ');
  expect(message).toContain('KEYCLOAK_ADMIN_USERNAME: is needed with KEYCLOAK_ADMIN_PASSWORD');
  expect(message).not.toMatch(/nonsense-url|short-secret/);
});

test.each([
  [{ KEYCLOAK_ADMIN_USERNAME: 'admin' }, 'KEYCLOAK_ADMIN_PASSWORD: is needed beside KEYCLOAK_ADMIN_USERNAME'],
  [{ KEYCLOAK_ADMIN_PASSWORD: 'p' }, 'KEYCLOAK_ADMIN_USERNAME: is needed beside KEYCLOAK_ADMIN_PASSWORD'],
  [
    { KEYCLOAK_ADMIN_CLIENT_ID: 'ops' },
    'KEYCLOAK_ADMIN_CLIENT_KEY_FILE: is needed beside KEYCLOAK_ADMIN_CLIENT_ID',
  ],
  [{ KEYCLOAK_ADMIN_CLIENT_SECRET: 's' }, 'KEYCLOAK_ADMIN_CLIENT_ID: is needed beside the key or secret'],
])('of half a credential the other half is named: %j', (env, words) => {
  expect(() => readSettings(env)).toThrow(words);
});
