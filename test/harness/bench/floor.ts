import { randomBytes, randomUUID } from 'node:crypto';
import { roleOfUsername } from '../../../src/keycloak/accounts/usernames.ts';
import { clientAttributes, lockRoleNames, names } from '../../../src/names.ts';
import { openAdminCalls } from './admin-calls.ts';
import {
  type Contestant,
  grantedPermissions,
  measuredTenant,
  type Operation,
  pageSize,
  type Subject,
} from './contestant.ts';
import { newMeasuredClient } from './new-client.ts';

/** Where Keycloak is, and the service's own credential for it. */
export interface Access {
  readonly url: string;
  readonly realm: string;
  readonly secret: string;
}

interface Role {
  readonly id: string;
  readonly name: string;
}

const by = { subject: 'bench', username: 'bench' };

/**
 * The fewest raw calls that give the service's guarantees: the account is the tenant's, changes of it are kept apart by its
 * lock, its roles are exactly those that were asked for, its username is unique, and nobody sees it half made. What never
 * changes (ids of clients and roles) is looked up once, and the user behind an account the first time.
 */
export async function openFloor(access: Access): Promise<Contestant & AsyncDisposable> {
  const calls = openAdminCalls({ ...access, clientId: names.serviceClient });
  const { call } = calls;
  const users = new Map<string, string>();
  const idleLocks: Role[] = [];

  const uuidOf = async (clientId: string): Promise<string> =>
    (await call('GET', `/clients?clientId=${clientId}`))[0].id;
  const [api, tenants, usernames, locks] = await Promise.all(
    [names.apiClient, names.tenantsClient, names.usernamesClient, names.locksClient].map(uuidOf),
  );
  const tenantRole: Role = await call('GET', `/clients/${tenants}/roles/${measuredTenant}`);
  const granted: Role[] = await Promise.all(
    grantedPermissions.map((name) => call('GET', `/clients/${api}/roles/${name}`)),
  );

  async function withLock<Result>(id: string, work: () => Promise<Result>): Promise<Result> {
    const lock = idleLocks.pop() ?? (await makeLock());
    const path = `/roles-by-id/${lock.id}`;
    const attributes = { 'orki.expires-at': [new Date(Date.now() + 40_000).toISOString()] };
    await call('PUT', path, { name: lockRoleNames.lock(measuredTenant, id), attributes });
    const result = await work();
    await call('PUT', path, { name: lock.name, attributes });
    idleLocks.push(lock);
    return result;
  }

  async function makeLock(): Promise<Role> {
    const name = lockRoleNames.idle(randomUUID());
    await call('POST', `/clients/${locks}/roles`, { name });
    return call('GET', `/clients/${locks}/roles/${name}`);
  }

  async function userOf(id: string): Promise<string> {
    const known = users.get(id) ?? (await call('GET', `/clients/${id}/service-account-user`)).id;
    users.set(id, known);
    return known;
  }

  async function read(id: string) {
    const client = await call('GET', `/clients/${id}`);
    if (client.attributes[clientAttributes.tenant] !== measuredTenant) throw new Error('another tenant');
    return client;
  }

  const readWithRoles = async (id: string) => {
    const roles = userOf(id).then((user) => call('GET', `/users/${user}/role-mappings/clients/${api}`));
    await Promise.all([read(id), roles]);
  };

  const stamp = () => ({
    [clientAttributes.updatedAt]: new Date().toISOString(),
    [clientAttributes.updatedBy]: JSON.stringify(by),
  });

  const change = (id: string, body: () => Record<string, unknown>) =>
    withLock(id, async () => {
      await readWithRoles(id);
      const { attributes, ...columns } = body() as { attributes?: object };
      await call('PUT', `/clients/${id}`, { ...columns, attributes: { ...attributes, ...stamp() } });
    });

  async function create(username: string): Promise<Subject> {
    const { id, representation } = newMeasuredClient(username);
    await call('POST', `/clients/${usernames}/roles`, { name: roleOfUsername(measuredTenant, username) });
    await call('POST', '/clients', representation);
    const user = userOf(id);
    await Promise.all([
      call('POST', `/clients/${id}/scope-mappings/clients/${tenants}`, [tenantRole]),
      user.then((userId) => call('POST', `/users/${userId}/role-mappings/clients/${tenants}`, [tenantRole])),
      user.then((userId) => call('POST', `/users/${userId}/role-mappings/clients/${api}`, granted)),
    ]);
    await call('PUT', `/clients/${id}`, { attributes: { [clientAttributes.unfinishedSince]: '' } });
    return { id, username };
  }

  const remove = ({ id, username }: Subject) =>
    withLock(id, async () => {
      await readWithRoles(id);
      await call('DELETE', `/clients/${id}`);
      users.delete(id);
      await call('DELETE', `/clients/${usernames}/roles/${roleOfUsername(measuredTenant, username)}`);
    });

  const carryOut: Record<Operation, (subject: Subject) => Promise<unknown>> = {
    list: () =>
      call('GET', `/clients?q=${clientAttributes.tenant}:${measuredTenant}&first=0&max=${pageSize + 1}`),
    get: ({ id }) => read(id),
    create: ({ username }) => create(username),
    edit: ({ id }) =>
      change(id, () => ({ attributes: { [clientAttributes.description]: randomBytes(8).toString('hex') } })),
    regenerate: ({ id }) =>
      change(id, () => {
        const secret = randomBytes(32).toString('base64url');
        return { secret, attributes: { [clientAttributes.secretHint]: secret.slice(-4) } };
      }),
    deactivate: ({ id }) => change(id, () => ({ enabled: false })),
    activate: ({ id }) => change(id, () => ({ enabled: true })),
    delete: remove,
  };

  return {
    name: 'floor',
    run: async (operation, subject) => {
      const result = await carryOut[operation](subject);
      return operation === 'create' ? (result as Subject) : undefined;
    },
    [Symbol.asyncDispose]: () => calls[Symbol.asyncDispose](),
  };
}
