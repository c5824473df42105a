import { afterAll, beforeAll, expect, it } from 'vitest';
import { readPrivateKey } from '../../src/keycloak/client-keys.ts';
import { connectKeycloak, type KeycloakConnection } from '../../src/keycloak/connect.ts';
import { names } from '../../src/keycloak/names.ts';
import { describeGateway } from '../contract/gateway.ts';
import { type ComposeProject, composeProject } from './project.ts';
import { type Account, createAccount, readAccount, signIn, tokenOf } from './walk.ts';

/** The newest release of an older minor. */
const older = '26.5.6';
const agent = [
  'ai:use',
  'conversations:assign',
  'conversations:read',
  'conversations:write',
  'customers:read',
];

let project: ComposeProject;
let connection: KeycloakConnection;
const accounts = new Map<string, Account>();
const rolesBefore = new Map<string, string[]>();

beforeAll(async () => {
  project = await composeProject();
  await project.must('node dev/run.mjs secrets');
  await project.must('docker compose --profile demo up -d --build', { KEYCLOAK_VERSION: older });
  await project.ready();
  const person = await signIn(project);
  for (const mode of ['admin', 'agent', 'custom']) {
    const permissions = mode === 'custom' ? ['customers:read', 'webhooks:write'] : undefined;
    const account = await createAccount(project, person, mode, permissions);
    accounts.set(mode, account);
    rolesBefore.set(mode, (await tokenOf(account)).roles);
  }
  expect(rolesBefore.get('agent')).toEqual(expect.arrayContaining(agent));

  await project.must(project.documented('Upgrade Keycloak'));
  await project.ready();
  connection = connectKeycloak(
    {
      internalUrl: project.keycloak,
      issuer: `${project.keycloak}/realms/orki`,
      realm: 'orki',
      clientId: names.serviceClient,
      credential: { privateKey: readPrivateKey(project.secret('service-key.pem')) },
      callTimeoutMs: 10_000,
    },
    () => undefined,
  );
});
afterAll(async () => {
  await connection?.close();
  await project[Symbol.asyncDispose]();
});

const accountOf = (mode: string): Account => {
  const account = accounts.get(mode);
  if (!account) throw new Error(`there was no account of mode ${mode}`);
  return account;
};

it('the newer Keycloak runs, and the realm is as it should be', async () => {
  const [keycloak] = (await project.containers()).filter(({ Name }) => Name.includes('keycloak'));
  expect(keycloak?.Config.Env.join('\n')).not.toContain(older);
  const check = await project.must('docker compose run --rm provision src/provision.ts --check');
  expect(check).toContain('0 differences');
});

it.each(['admin', 'agent', 'custom'])(
  'an account of mode %s keeps its secret and its roles',
  async (mode) => {
    expect(await readAccount(project, await signIn(project), accountOf(mode))).toBe(200);
    expect((await tokenOf(accountOf(mode))).roles).toEqual(rolesBefore.get(mode));
  },
);

it.each(['admin', 'agent', 'custom'])(
  'an account of mode %s can be edited, and given another secret',
  async (mode) => {
    const account = accountOf(mode);
    const authorization = `Bearer ${await signIn(project)}`;
    const url = `${project.service}/api/v1/tenants/acme/service-accounts/${account.id}`;
    const edit = await fetch(url, {
      method: 'PATCH',
      headers: { authorization, 'content-type': 'application/merge-patch+json' },
      body: JSON.stringify({ mode: 'custom', permissions: ['knowledge:read'] }),
    });
    expect(edit.status).toBe(200);
    expect((await tokenOf(account)).roles).toEqual(['knowledge:read']);

    const answer = await fetch(`${url}/regenerate-secret`, { method: 'POST', headers: { authorization } });
    const { clientSecret } = (await answer.json()) as Account;
    await expect(tokenOf(account)).rejects.toThrow('unauthorized_client');
    expect((await tokenOf({ ...account, clientSecret })).roles).toEqual(['knowledge:read']);
  },
);

describeGateway('the upgraded Keycloak', () => connection.connectGateway);
