import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readPrivateKey } from '../../src/keycloak/calls/client-keys.ts';
import { connectKeycloak, type KeycloakConnection } from '../../src/keycloak/connect.ts';
import { names } from '../../src/names.ts';
import { describeGateway } from '../contract/gateway.ts';
import { keysOf } from './keys.ts';
import { type ComposeProject, composeProject } from './project.ts';
import { type Account, createAccount, readAccount, readCatalogue, signIn, tokenOf } from './walk.ts';

const modes = ['admin', 'agent', 'custom'] as const;
type Mode = (typeof modes)[number];
const permissionsOf: Record<Mode, string[] | undefined> = {
  admin: undefined,
  agent: undefined,
  custom: ['customers:read', 'webhooks:write'],
};

describe.each([
  { older: '26.6.4', isFullySupported: true },
  // Its fine-grained permissions show the service no clients, so that it can make accounts there with more rights alone.
  { older: '26.5.6', isFullySupported: false },
])('an upgrade of Keycloak from $older', ({ older, isFullySupported }) => {
  let project: ComposeProject;
  let connection: KeycloakConnection;
  const { operatorCalls } = keysOf(() => project);
  const accounts = new Map<Mode, Account>();
  const rolesBefore = new Map<Mode, string[]>();
  const accountOf = (mode: Mode): Account => {
    const account = accounts.get(mode);
    if (!account) throw new Error(`there was no account of mode ${mode}`);
    return account;
  };

  beforeAll(async () => {
    project = await composeProject();
    await project.must('node dev/run.mjs secrets');
    await project.must('docker compose --profile demo up -d --build', { KEYCLOAK_VERSION: older });
    if (isFullySupported) await project.ready();
    else await widenRights();
    const person = await signIn(project);
    for (const mode of modes) {
      const account = await createAccount(project, person, mode, permissionsOf[mode]);
      accounts.set(mode, account);
      rolesBefore.set(mode, (await tokenOf(account)).roles);
    }

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

  /** Lets the service manage all clients and users, as an operator may have done before there was anything finer. */
  async function widenRights(): Promise<void> {
    const read = async <T>(path: string) => (await (await operatorCalls(`/orki${path}`)).json()) as T;
    const uuidOf = async (clientId: string) => {
      const [client] = await read<[{ id: string }]>(`/clients?clientId=${clientId}`);
      return client.id;
    };
    const [service, management] = [await uuidOf(names.serviceClient), await uuidOf(names.managementClient)];
    const user = await read<{ id: string }>(`/clients/${service}/service-account-user`);
    const all = await read<{ name: string }[]>(`/clients/${management}/roles`);
    const body = JSON.stringify(all.filter(({ name }) => ['manage-clients', 'manage-users'].includes(name)));
    for (const path of [`/users/${user.id}/role-mappings`, `/clients/${service}/scope-mappings`]) {
      const { status } = await operatorCalls(`/orki${path}/clients/${management}`, { method: 'POST', body });
      expect(status).toBe(204);
    }
    // A token of before knows nothing of them.
    await project.must('docker compose restart service');
    await vi.waitFor(async () => expect(await readCatalogue(project, await signIn(project))).toBe(200), {
      timeout: 60_000,
      interval: 500,
    });
    // Rights too many are no state to stay in.
    expect((await fetch(`${project.service}/readyz`)).status).toBe(503);
  }

  it('the newer Keycloak runs, and the realm is as it should be', async () => {
    const [keycloak] = (await project.containers()).filter(({ Name }) => Name.includes('keycloak'));
    expect(keycloak?.Config.Image).not.toContain(older);
    const check = await project.must('docker compose run --rm provision src/commands/provision.ts --check');
    expect(check).toContain('0 differences');
  });

  it.each(modes)('an account of mode %s keeps its secret and its roles', async (mode) => {
    expect(await readAccount(project, await signIn(project), accountOf(mode))).toBe(200);
    const { roles } = await tokenOf(accountOf(mode));
    expect(roles.length).toBeGreaterThan(0);
    expect(roles).toEqual(rolesBefore.get(mode));
  });

  it.each(modes)('an account of mode %s can be edited, and given another secret', async (mode) => {
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
  });

  describeGateway('the upgraded Keycloak', () => connection.connectGateway);
});
