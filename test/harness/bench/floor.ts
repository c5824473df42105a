import { randomBytes, randomUUID } from 'node:crypto';
import {
  editedAttributes,
  editedColumns,
  finishedAttributes,
  secretAttributes,
  statusFields,
  updatedAttributes,
  withEveryWrite,
} from '../../../src/keycloak/accounts/account-representation.ts';
import { roleOfUsername } from '../../../src/keycloak/accounts/usernames.ts';
import {
  clientAttributes,
  clientAuthenticators,
  lockRoleNames,
  names,
  usernameRoleAttributes,
} from '../../../src/names.ts';
import { continued, type History, type RecordedAction } from '../../../src/service-accounts/history.ts';
import { createSecret } from '../../../src/service-accounts/secret.ts';
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
/** A tenant may have that many accounts. */
const maxAccounts = 1_000_000;

/**
 * The fewest raw calls that give the service's guarantees: the account is the tenant's, changes of it are kept apart by its
 * lock, its roles are exactly those that were asked for, its username is unique, nobody sees it half made, no tenant has more
 * than it may, and none that is switched off gets a new one. What is written is what the service writes, the history of an
 * account included. What never changes (ids of clients and roles) is looked up once, and the user behind an account the first
 * time.
 */
export async function openFloor(access: Access): Promise<Contestant & AsyncDisposable> {
  const calls = openAdminCalls({ ...access, clientId: names.serviceClient });
  const { call } = calls;
  const users = new Map<string, string>();
  const histories = new Map<string, History>();
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

  function stamp(id: string, action: RecordedAction) {
    const at = new Date().toISOString();
    const history = continued(histories.get(id) ?? [], { at, by, action, fields: [] });
    histories.set(id, history);
    return { at, by, history };
  }

  interface Fields {
    readonly attributes: Record<string, string>;
    readonly [column: string]: unknown;
  }

  const change = (
    id: string,
    action: RecordedAction,
    fields: (at: string) => Fields,
    readFirst: (id: string) => Promise<unknown> = readWithRoles,
  ) =>
    withLock(id, async () => {
      await readFirst(id);
      const stamped = stamp(id, action);
      const { attributes, ...columns } = fields(stamped.at);
      await call('PUT', `/clients/${id}`, {
        clientAuthenticatorType: clientAuthenticators.secret,
        ...withEveryWrite,
        ...columns,
        attributes: { ...attributes, ...updatedAttributes(stamped) },
      });
    });

  async function create(username: string): Promise<Subject> {
    const { id, at, representation } = newMeasuredClient(username);
    await Promise.all([
      call('POST', `/clients/${usernames}/roles`, {
        name: roleOfUsername(measuredTenant, username),
        attributes: {
          [usernameRoleAttributes.account]: [id],
          [usernameRoleAttributes.reservedAt]: [at],
        },
      }),
      call('GET', `/clients/${tenants}/roles/${measuredTenant}`),
      call('GET', `/clients?q=${clientAttributes.tenant}:${measuredTenant}&first=${maxAccounts - 1}&max=1`),
    ]);
    await call('POST', '/clients', representation);
    const user = userOf(id);
    await Promise.all([
      call('POST', `/clients/${id}/scope-mappings/clients/${tenants}`, [tenantRole]),
      user.then((userId) => call('POST', `/users/${userId}/role-mappings/clients/${tenants}`, [tenantRole])),
      user.then((userId) => call('POST', `/users/${userId}/role-mappings/clients/${api}`, granted)),
    ]);
    await call('PUT', `/clients/${id}`, {
      clientAuthenticatorType: clientAuthenticators.secret,
      ...withEveryWrite,
      attributes: finishedAttributes,
    });
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
      change(id, 'edit', () => {
        const edit = { description: randomBytes(8).toString('hex') };
        return { ...editedColumns(measuredTenant, edit), attributes: editedAttributes(edit) };
      }),
    regenerate: ({ id }) =>
      change(id, 'regenerate-secret', (at) => {
        const secret = createSecret();
        const renewal = { secret, expiresAt: null, requests: null, previous: 'ends' } as const;
        return { secret: secret.value, attributes: secretAttributes(renewal, at) };
      }),
    deactivate: ({ id }) => change(id, 'deactivate', () => statusFields({ active: false }), read),
    activate: ({ id }) => change(id, 'activate', () => statusFields({ active: true })),
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
