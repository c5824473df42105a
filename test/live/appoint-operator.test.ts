import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { appointOperator } from '../../src/keycloak/provisioning/appoint-operator.ts';
import { connectAsOperator } from '../../src/keycloak/provisioning/connect-as-operator.ts';
import { provisionRealm } from '../../src/keycloak/provisioning/provision-realm.ts';
import { readSettings } from '../../src/keycloak/provisioning/settings.ts';
import { steps } from '../../src/keycloak/provisioning/steps.ts';
import { type Call, type TestRealm, testRealm } from '../provisioning/test-realm.ts';

const keycloak = inject('keycloak');
let realm: TestRealm;
let master: Call;
let temporary: { clientId: string; secret: string };

/** A client that administers the whole server, as Keycloak makes one at its first start. */
async function makeAdministrator(attributes: Record<string, string>) {
  const client = { clientId: `temporary-${randomBytes(4).toString('hex')}`, secret: randomUUID() };
  const { location } = await master('POST', '/clients', {
    ...client,
    serviceAccountsEnabled: true,
    attributes,
  });
  const { body: user } = await master('GET', `/clients/${location?.split('/').at(-1)}/service-account-user`);
  const { body: role } = await master('GET', '/roles/admin');
  await master('POST', `/users/${user.id}/role-mappings/realm`, [role]);
  return client;
}

beforeEach(async () => {
  realm = await testRealm(keycloak, 'appoint');
  master = (method, path, body) => realm.admin(method, `/../master${path}`, body);
  temporary = await makeAdministrator({ is_temporary_admin: 'true' });
});
afterEach(async () => {
  const { body } = await master('GET', `/clients?clientId=${temporary.clientId}`);
  for (const { id } of body) await master('DELETE', `/clients/${id}`);
});

const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

function settingsWith(privateKey = newKey()) {
  const env = {
    KEYCLOAK_URL: keycloak.url,
    KEYCLOAK_REALM: realm.name,
    KEYCLOAK_ADMIN_REALM: realm.name,
    KEYCLOAK_ADMIN_CLIENT_ID: 'operator',
    KEYCLOAK_ADMIN_CLIENT_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    KEYCLOAK_BOOTSTRAP_CLIENT_ID: temporary.clientId,
    KEYCLOAK_BOOTSTRAP_CLIENT_SECRET: temporary.secret,
  };
  return readSettings(env);
}

const lines = () => {
  const printed: string[] = [];
  return { printed, print: (line: string) => void printed.push(line) };
};

const isThere = async () =>
  (await master('GET', `/clients?clientId=${temporary.clientId}`)).body.length === 1;

it('the temporary administrator makes an operator that can provision the realm and nothing else, and is gone', async () => {
  const settings = settingsWith();
  const operator = connectAsOperator(settings);
  await appointOperator(settings, realm.target, () => undefined);
  expect(await isThere()).toBe(false);

  const outcome = await provisionRealm(steps, { ...realm.target, keycloak: operator }, () => undefined);
  expect(outcome.findings.filter(({ blocking }) => blocking)).toEqual([]);

  const asOperator = realm.callWithToken((await operator.getAccessToken()) ?? '');
  expect((await asOperator('GET', '')).status).toBe(200);
  for (const beyond of ['/../master', '/../master/users', '/../master/clients']) {
    expect((await asOperator('GET', beyond)).status).toBe(403);
  }
  expect((await asOperator('POST', '/../', { realm: 'another' })).status).toBe(403);

  const { printed, print } = lines();
  await appointOperator(settings, realm.target, print);
  expect(printed).toEqual([]);
}, 120_000);

it('a temporary administrator that is made again gives the operator another key', async () => {
  await appointOperator(settingsWith(), realm.target, () => undefined);
  temporary = await makeAdministrator({ is_temporary_admin: 'true' });
  const settings = settingsWith();
  await appointOperator(settings, realm.target, () => undefined);
  expect(await connectAsOperator(settings).getAccessToken()).toBeTypeOf('string');
  expect(await isThere()).toBe(false);
});

it('an administrator that is not temporary is not deleted', async () => {
  temporary = await makeAdministrator({});
  const { printed, print } = lines();
  await appointOperator(settingsWith(), realm.target, print);
  expect(await isThere()).toBe(true);
  expect(printed.at(-1)).toContain('is no temporary administrator, and so it stays');
});
