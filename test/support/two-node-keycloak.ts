import { randomUUID } from 'node:crypto';
import { keycloakGateway } from '../../src/keycloak/accounts/keycloak-gateway.ts';
import { createLockSlots } from '../../src/keycloak/accounts/lock-slots.ts';
import { createRealmObjects } from '../../src/keycloak/accounts/realm-objects.ts';
import type { AdminAnswer, AdminApi, AdminCall } from '../../src/keycloak/calls/admin-api.ts';
import { clientAttributes, names, roleAttributes } from '../../src/names.ts';
import { type Grant, rolesOf } from '../../src/permissions/roles.ts';
import type { ConnectGateway } from '../../src/service-accounts/gateway.ts';
import { shippedCatalogue } from './catalogue.ts';

interface Client {
  readonly id: string;
  readonly clientId: string;
  readonly enabled: boolean;
  readonly secret: string;
  readonly clientAuthenticatorType?: string;
  readonly attributes: Readonly<Record<string, string>>;
}

interface Role {
  readonly id: string;
  readonly name: string;
  readonly client: string;
  readonly attributes: Readonly<Record<string, readonly string[]>>;
}

/** What a node has in its caches; what is not there it reads from the database. */
interface Caches {
  readonly clients: Map<string, Client>;
  readonly users: Map<string, ReadonlySet<string>>;
  /** By client and name; whoever asks by them gets what was there when they were asked for first. */
  readonly roles: Map<string, Role>;
}

const uuidOf = (clientId: string) => `uuid-of-${clientId}`;
const userOf = (clientUuid: string) => `user-of-${clientUuid}`;
const ok = (body: unknown): AdminAnswer => ({ status: 200, body: structuredClone(body) });
const done: AdminAnswer = { status: 204, body: undefined };
const absent: AdminAnswer = { status: 404, body: undefined };

/**
 * Two nodes of Keycloak over one database, as far as this service calls them, in memory: each with caches of clients,
 * roles and the roles of users. While they hear each other, a change makes both forget what it is about; while they are
 * cut off from each other, only the one that made it. A user in a cache takes a role for granted, or for gone, without a
 * look at the database (`UserAdapter.grantRole` and `deleteRoleMapping`).
 */
export class TwoNodeKeycloak {
  isSplit = false;
  /** Whether a node forgets what it changed itself. */
  hearsItself = true;
  readonly calls: { readonly node: number; readonly operation: string; readonly path: string }[] = [];
  readonly #clients = new Map<string, Client>();
  readonly #users = new Map<string, ReadonlySet<string>>();
  readonly #roles = new Map<string, Role>();
  readonly #caches: readonly [Caches, Caches] = [newCaches(), newCaches()];

  constructor() {
    const probe = { clientId: names.rotationProbeClient, enabled: false, secret: '' };
    const id = uuidOf(probe.clientId);
    this.#clients.set(id, { ...probe, id, attributes: { [clientAttributes.managed]: 'true' } });
    for (const [order, permission] of shippedCatalogue.groups.entries()) {
      for (const { name } of permission.permissions) {
        this.#makeRole(names.apiClient, name, {
          [roleAttributes.group]: [permission.name],
          [roleAttributes.order]: [String(order)],
        });
      }
    }
    for (const name of [...Object.values(names.modeRoles), names.fenceRole])
      this.#makeRole(names.apiClient, name);
  }

  /** A replica whose calls go to one node, to each in turn, or to either as `random` has it. */
  replica(way: 0 | 1 | 'in turn' | (() => number), nodes = 2): ConnectGateway {
    let turn = 0;
    const choose = () => {
      if (typeof way === 'function') return way() < 0.5 ? 0 : 1;
      return way === 'in turn' ? ((turn++ % 2) as 0 | 1) : way;
    };
    const api: AdminApi = async (call) => {
      const node = choose();
      this.calls.push({ node, operation: call.operation, path: call.path });
      return this.#answer(node, call);
    };
    return keycloakGateway(
      api,
      createRealmObjects(api, 1_000),
      createLockSlots(40_000),
      () => 300_000,
      nodes,
    );
  }

  /** What the database has of an account. */
  stateOf(id: string) {
    const client = this.#clients.get(id);
    const { attributes = {} } = client ?? {};
    const mirror = {
      mode: attributes[clientAttributes.mode] ?? 'custom',
      permissions: (attributes[clientAttributes.permissions] ?? '').split(' ').filter(Boolean),
    } as Grant;
    return {
      enabled: client?.enabled,
      secret: client?.secret,
      authenticator: client?.clientAuthenticatorType,
      description: attributes[clientAttributes.description] ?? '',
      previousSecret: attributes['client.secret.rotated'],
      roles: this.#namesOf(this.#users.get(userOf(id)) ?? new Set()),
      mirror: rolesOf(mirror).sort(),
    };
  }

  /** Lets both nodes know an account, as its tokens do. */
  warm(id: string): void {
    for (const node of [0, 1] as const) {
      this.#client(node, id);
      this.#rolesOfUser(node, userOf(id));
    }
  }

  /** Has a node go by a role that has been another since. */
  keepOldRole(node: 0 | 1, clientId: string, name: string, attributes: Role['attributes']): void {
    const client = uuidOf(clientId);
    this.#caches[node].roles.set(`${client} ${name}`, { id: randomUUID(), name, client, attributes });
  }

  #answer(node: 0 | 1, { method, path, query = {}, body }: AdminCall): AdminAnswer {
    const [resource, id = '', ...rest] = path.split('?')[0]?.slice(1).split('/') ?? [];
    if (resource === 'roles-by-id') return this.#roleById(node, method, id, body as Partial<Role>);
    if (resource === 'users') return this.#mappings(node, method, id, rest.at(-1) ?? '', body as Role[]);
    if (id === '') return method === 'POST' ? this.#makeClient(body as Client) : this.#find(node, query);
    if (rest[0] === 'roles') return this.#rolesOfClient(node, method, id, rest.slice(1), query, body as Role);
    if (rest[0] === 'service-account-user') return ok({ id: userOf(id) });
    if (rest[0] === 'scope-mappings') return done;
    if (method === 'GET') return answerWith(this.#client(node, id));
    return method === 'PUT'
      ? this.#writeClient(node, id, body as Partial<Client>)
      : this.#removeClient(node, id);
  }

  #find(node: 0 | 1, { clientId, q, first, max }: NonNullable<AdminCall['query']>): AdminAnswer {
    if (clientId === names.rotationProbeClient) return ok([this.#client(node, uuidOf(clientId))]);
    if (clientId !== undefined) return ok([{ id: uuidOf(String(clientId)), clientId }]);
    const tenant = String(q).split(':')[1];
    const found = [...this.#clients.values()].filter(
      ({ attributes }) => attributes[clientAttributes.tenant] === tenant,
    );
    const page = found.slice(Number(first), Number(first) + Number(max));
    return ok(page.map(({ id }) => this.#client(node, id)).filter((client) => client !== undefined));
  }

  #client(node: 0 | 1, id: string): Client | undefined {
    return cached(this.#caches[node].clients, id, () => this.#clients.get(id));
  }

  #makeClient(client: Client): AdminAnswer {
    this.#clients.set(client.id, client);
    this.#users.set(userOf(client.id), new Set());
    return done;
  }

  #writeClient(node: 0 | 1, id: string, written: Partial<Client>): AdminAnswer {
    const client = this.#clients.get(id);
    if (client === undefined) return absent;
    const attributes = Object.entries({ ...client.attributes, ...written.attributes });
    const kept = Object.fromEntries(attributes.filter(([, value]) => value !== ''));
    this.#clients.set(id, { ...client, ...written, attributes: kept });
    this.#forget(node, ({ clients }) => clients.delete(id));
    return done;
  }

  #removeClient(node: 0 | 1, id: string): AdminAnswer {
    if (!this.#clients.delete(id)) return absent;
    this.#users.delete(userOf(id));
    this.#forget(node, ({ clients, users }) => {
      clients.delete(id);
      users.clear();
    });
    return done;
  }

  #rolesOfUser(node: 0 | 1, user: string): ReadonlySet<string> | undefined {
    return cached(this.#caches[node].users, user, () => this.#users.get(user));
  }

  #mappings(
    node: 0 | 1,
    method: AdminCall['method'],
    user: string,
    client: string,
    roles: readonly Role[],
  ): AdminAnswer {
    const known = this.#rolesOfUser(node, user);
    if (known === undefined) return absent;
    if (method === 'GET') {
      const mapped = [...known].map((id) => this.#roles.get(id)).filter((role) => role?.client === client);
      return ok(mapped.map((role) => ({ id: role?.id, name: role?.name })));
    }
    let fromDatabase: Set<string> | undefined;
    for (const { id } of roles) {
      if (fromDatabase === undefined && known.has(id) === (method === 'POST')) continue;
      fromDatabase ??= new Set(this.#users.get(user));
      if (method === 'POST') fromDatabase.add(id);
      else fromDatabase.delete(id);
    }
    if (fromDatabase === undefined) return done;
    this.#users.set(user, fromDatabase);
    this.#forget(node, ({ users }) => users.delete(user));
    return done;
  }

  #rolesOfClient(
    node: 0 | 1,
    method: AdminCall['method'],
    client: string,
    [encoded, below]: readonly string[],
    { search }: NonNullable<AdminCall['query']>,
    body: Role,
  ): AdminAnswer {
    const roles = [...this.#roles.values()].filter((role) => role.client === client);
    if (method === 'POST') {
      if (roles.some(({ name }) => name === body.name)) return { status: 409, body: undefined };
      this.#makeRole(client.slice(uuidOf('').length), body.name, body.attributes);
      return done;
    }
    if (encoded === undefined) return ok(roles.filter(({ name }) => name.includes(String(search ?? ''))));
    const name = decodeURIComponent(encoded);
    const inDatabase = roles.find((role) => role.name === name);
    if (below === 'composites') {
      return ok(roles.filter((role) => shippedCatalogue.included.agent.has(role.name)));
    }
    if (below === 'users') {
      const holders = [...this.#users].filter(([, held]) => held.has(inDatabase?.id ?? ''));
      return inDatabase === undefined ? absent : ok(holders.map(([id]) => ({ id })));
    }
    if (method === 'PUT') return this.#roleById(node, method, inDatabase?.id ?? '', body);
    return answerWith(cached(this.#caches[node].roles, `${client} ${name}`, () => inDatabase));
  }

  #roleById(node: 0 | 1, method: AdminCall['method'], id: string, body: Partial<Role>): AdminAnswer {
    const role = this.#roles.get(id);
    if (role === undefined) return absent;
    const isTaken = [...this.#roles.values()].some(
      (other) => other.id !== id && other.client === role.client && other.name === body?.name,
    );
    if (isTaken) return { status: 409, body: undefined };
    if (method === 'GET') return ok(role);
    if (method === 'DELETE') this.#roles.delete(id);
    else this.#roles.set(id, { ...role, ...body });
    this.#forget(node, ({ roles, users }) => {
      for (const [key, known] of roles) if (known.id === id) roles.delete(key);
      if (method === 'DELETE') users.clear();
    });
    return done;
  }

  #makeRole(clientId: string, name: string, attributes: Role['attributes'] = {}): void {
    const id = randomUUID();
    this.#roles.set(id, { id, name, client: uuidOf(clientId), attributes });
  }

  #namesOf(ids: ReadonlySet<string>): string[] {
    const api = uuidOf(names.apiClient);
    return [...ids]
      .map((id) => this.#roles.get(id))
      .filter((role) => role?.client === api)
      .map((role) => role?.name ?? '')
      .sort();
  }

  #forget(node: 0 | 1, forget: (caches: Caches) => void): void {
    if (!this.hearsItself) return;
    for (const caches of this.isSplit ? [this.#caches[node]] : this.#caches) forget(caches);
  }
}

function newCaches(): Caches {
  return { clients: new Map(), users: new Map(), roles: new Map() };
}

function cached<Value>(
  cache: Map<string, Value>,
  key: string,
  read: () => Value | undefined,
): Value | undefined {
  const known = cache.get(key) ?? read();
  if (known !== undefined) cache.set(key, known);
  return known;
}

const answerWith = (found: unknown): AdminAnswer => (found === undefined ? absent : ok(found));
