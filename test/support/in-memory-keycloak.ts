import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { ServiceError } from '../../src/errors.ts';
import { names } from '../../src/names.ts';
import type { Catalogue } from '../../src/permissions/catalogue.ts';
import { permissionNames } from '../../src/permissions/catalogue.ts';
import { type Account, type Stamp, withVersion } from '../../src/service-accounts/account.ts';
import type {
  AccountLock,
  ConnectGateway,
  Gateway,
  NewAccount,
  UsernameReservation,
} from '../../src/service-accounts/gateway.ts';
import { notFound } from '../../src/service-accounts/load.ts';
import { secretDigest } from '../../src/service-accounts/secret.ts';
import { usernameKey } from '../../src/service-accounts/username.ts';

const tokenLifeMs = 300_000;

interface StoredClient {
  account: Account;
  secret: string;
  /** What Keycloak takes beside the secret, until its time is over. */
  rotatedSecret: string | undefined;
  tenantInToken: string | undefined;
  roles: Set<string>;
}

/**
 * Keycloak as far as this service uses it, in memory, for tests that should take milliseconds. It passes the same
 * contract suite as the gateway to a real Keycloak (test/contract/gateway.ts).
 */
export class InMemoryKeycloak {
  readonly clients = new Map<string, StoredClient>();
  readonly usernames = new Map<string, UsernameReservation>();
  /** Locks that are held, by tenant and account; a test may put one there. */
  readonly locks = new Set<string>();
  readonly deleted = new Set<string>();
  /** In the order in which they were recorded. */
  readonly revocations: { tenantId: string; clientId: string; issuedBefore: string }[] = [];
  /** The tenants that are known. */
  readonly tenantRoles = new Set<string>();
  /** The tenants that are switched off, and since when. */
  readonly tenantsOff = new Map<string, string>();
  readonly catalogue: Catalogue;
  /** Whether it was started, and provisioned, so that accounts may have two secrets for a time. */
  canRotateSecrets = true;
  /** Called before each call to Keycloak takes effect, with the method's name; may throw. */
  beforeCall: (method: keyof Gateway) => void | Promise<void> = () => undefined;
  /** Called when a call has taken effect; may throw, as when the answer is lost on its way. */
  afterCall: (method: keyof Gateway) => void | Promise<void> = () => undefined;
  /** The calls so far, by the gateway's method. */
  readonly calls: (keyof Gateway)[] = [];

  constructor(catalogue: Catalogue) {
    this.catalogue = catalogue;
  }

  readonly connect: ConnectGateway = () => this.#gateway();

  #gateway(): Gateway {
    const bare = this.#methods();
    const entries = Object.entries(bare).map(([name, method]) => {
      const key = name as keyof Gateway;
      if (key === 'forCleanup') return [name, method];
      const observed = async (...args: never[]) => {
        this.calls.push(key);
        await this.beforeCall(key);
        const answer = await (method as (...args: never[]) => Promise<unknown>)(...args);
        await this.afterCall(key);
        return answer;
      };
      return [name, observed];
    });
    return Object.fromEntries(entries);
  }

  #methods(): Gateway {
    return {
      catalogue: async () => this.catalogue,
      tenants: async () => [...this.tenantRoles],
      isTenantOff: async (tenantId) => this.tenantsOff.has(tenantId),
      setTenantOff: async (tenantId, since) => {
        this.tenantRoles.add(tenantId);
        if (since === null) this.tenantsOff.delete(tenantId);
        else this.tenantsOff.set(tenantId, since);
      },
      findAccount: async (id) => this.#read(id),
      findAccountWithRoles: async (tenantId, id) => {
        const stored = this.clients.get(id);
        if (stored?.account.tenantId !== tenantId || stored.account.unfinishedSince !== null)
          return undefined;
        return { account: asOfNow(stored.account), roles: [...stored.roles] };
      },
      findAccountByClientId: async (clientId) =>
        [...this.clients.values()]
          .map(({ account }) => asOfNow(account))
          .find((account) => account.clientId === clientId),
      listAccounts: async (tenantId, first, max) => {
        const accounts = [...this.clients.values()]
          .map(({ account }) => asOfNow(account))
          .filter((account) => account.tenantId === tenantId)
          .sort((a, b) => (a.clientId < b.clientId ? -1 : 1))
          .slice(first, first + max);
        return {
          accounts: accounts.filter(({ unfinishedSince }) => unfinishedSince === null),
          clientIds: accounts.map(({ clientId }) => clientId),
        };
      },
      createClient: async (account) => {
        const { secret } = account;
        const stored = {
          secret,
          rotatedSecret: undefined,
          tenantInToken: undefined,
          roles: new Set<string>(),
        };
        this.clients.set(account.id, { account: created(account), ...stored });
      },
      assignTenantAndRoles: async (id, tenantId, roles) => {
        this.tenantRoles.add(tenantId);
        const stored = this.#stored(id);
        for (const role of this.#known(roles)) stored.roles.add(role);
        stored.tenantInToken = tenantId;
      },
      showInConsole: async ({ id }) => {
        const stored = this.#stored(id);
        stored.account = { ...stored.account, isCurrentInConsole: true };
      },
      editAccount: async ({ id }, edit, stamp) => {
        const given = Object.fromEntries(Object.entries(edit).filter(([, value]) => value !== undefined));
        this.#update(id, stamp, given);
      },
      replaceSecret: async (id, renewal, stamp) => {
        const { secret, expiresAt, requests, previous } = renewal;
        const stored = this.#stored(id);
        if (previous === 'ends') stored.rotatedSecret = undefined;
        else if (previous !== 'stays') stored.rotatedSecret = stored.secret;
        stored.secret = secret.value;
        const previousSecret = previous === 'ends' ? null : previous;
        const replaced = stored.account.secretSha256;
        const { tokensRevokedBefore } = renewal;
        this.#update(id, stamp, {
          keys: null,
          secretHint: secret.hint,
          secretSha256: secretDigest(secret.value),
          secretCreatedAt: stamp.at,
          secretExpiresAt: expiresAt,
          expiryWarnedDays: null,
          requests,
          ...(previousSecret !== 'stays' && {
            previousSecret,
            previousSecretSha256: previousSecret === null ? null : replaced,
          }),
          ...(tokensRevokedBefore !== undefined && { tokensRevokedBefore }),
        });
      },
      replaceKeys: async (id, { keys, requests }, stamp) => {
        const stored = this.#stored(id);
        stored.secret = `nobody has it: ${randomUUID()}`;
        stored.rotatedSecret = undefined;
        this.#update(id, stamp, {
          keys,
          secretHint: '',
          secretSha256: null,
          secretCreatedAt: stamp.at,
          secretExpiresAt: null,
          expiryWarnedDays: null,
          requests,
          previousSecret: null,
          previousSecretSha256: null,
        });
      },
      noteExpiryWarning: async ({ id }, days) => {
        const stored = this.#stored(id);
        stored.account = { ...stored.account, expiryWarnedDays: days };
      },
      endPreviousSecret: async (id, stamp) => {
        this.#stored(id).rotatedSecret = undefined;
        this.#update(id, stamp, { previousSecret: null, previousSecretSha256: null });
      },
      canRotateSecrets: async () => this.canRotateSecrets,
      finishAccount: async (id) => {
        const stored = this.#stored(id);
        stored.account = { ...stored.account, unfinishedSince: null };
      },
      lockAccount: async (tenantId, id) => this.#lock(`${tenantId}/${id}`),
      takeTurn: async (name) => {
        const key = `turn of ${name}`;
        if (this.locks.has(key)) return false;
        this.locks.add(key);
        return true;
      },
      wasDeleted: async (tenantId, id) => this.deleted.has(`${tenantId}/${id}`),
      setStatus: async (id, status, stamp) => this.#update(id, stamp, status),
      recordRevocation: async ({ tenantId, clientId }, issuedBefore) => {
        this.revocations.push({ tenantId, clientId, issuedBefore });
        return { acceptedUntil: new Date(Date.parse(issuedBefore) + tokenLifeMs).toISOString() };
      },
      listRevocations: async (tenantId) => {
        const live = this.revocations.filter(
          ({ issuedBefore, ...of }) =>
            of.tenantId === tenantId && Date.parse(issuedBefore) + tokenLifeMs > Date.now(),
        );
        const latest = new Map(live.map(({ clientId, issuedBefore }) => [clientId, issuedBefore]));
        return [...latest]
          .map(([clientId, issuedBefore]) => ({ clientId, issuedBefore }))
          .sort((a, b) => (a.clientId < b.clientId ? -1 : 1));
      },
      deleteAccount: async (id) => this.clients.delete(id),
      grantedRoles: async (id) => [...this.#stored(id).roles],
      grantRoles: async (id, roles) => {
        for (const role of this.#known(roles)) this.#stored(id).roles.add(role);
      },
      revokeRoles: async (id, roles) => {
        for (const role of this.#known(roles)) this.#stored(id).roles.delete(role);
      },
      tryReserveUsername: async (tenantId, username, reservation) => {
        const key = `${tenantId}/${usernameKey(username)}`;
        const current = this.usernames.get(key);
        const isAnother =
          current?.accountId !== reservation.accountId || current.reservedAt !== reservation.reservedAt;
        if (current !== undefined && isAnother) return current;
        this.usernames.set(key, reservation);
        return 'reserved';
      },
      releaseUsername: async (tenantId, username, accountId, reservedAt) => {
        const key = `${tenantId}/${usernameKey(username)}`;
        const current = this.usernames.get(key);
        if (current?.accountId !== accountId) return;
        if (reservedAt === undefined || current.reservedAt === reservedAt) this.usernames.delete(key);
      },
      forCleanup: () => this.#gateway(),
    };
  }

  async #lock(key: string): Promise<AccountLock> {
    const patienceEndsAt = performance.now() + 500;
    while (this.locks.has(key)) {
      if (performance.now() > patienceEndsAt) {
        throw new ServiceError('change-in-progress', { detail: 'Another change is under way.' });
      }
      await setImmediate();
    }
    this.locks.add(key);
    return {
      release: async () => void this.locks.delete(key),
      releaseAsDeleted: async () => {
        this.locks.delete(key);
        this.deleted.add(key);
      },
    };
  }

  #read(id: string): Account | undefined {
    const stored = this.clients.get(id);
    return stored && asOfNow(stored.account);
  }

  #stored(id: string): StoredClient {
    const stored = this.clients.get(id);
    if (stored === undefined) throw notFound();
    return stored;
  }

  #update(id: string, stamp: Stamp, fields: Partial<Account>): void {
    const stored = this.#stored(id);
    const { version: _, ...rest } = asOfNow(stored.account);
    stored.account = withVersion({
      ...rest,
      ...fields,
      updatedAt: stamp.at,
      updatedBy: stamp.by,
      history: stamp.history,
    });
  }

  #known(roles: readonly string[]): readonly string[] {
    const known = new Set([...permissionNames(this.catalogue), ...Object.values(names.modeRoles)]);
    const unknown = roles.find((role) => !known.has(role));
    if (unknown !== undefined) throw new Error(`no role ${unknown}`);
    return roles;
  }
}

/** A previous secret whose time is over is none any more, and the version tells of that and of a secret's end. */
function asOfNow(account: Account): Account {
  const { version: _, previousSecret, ...rest } = account;
  const isValid = previousSecret !== null && Date.parse(previousSecret.validUntil) > Date.now();
  return withVersion({ ...rest, previousSecret: isValid ? previousSecret : null });
}

function created({ secret, at, by, ...rest }: NewAccount): Account {
  const times = {
    secretCreatedAt: at,
    previousSecret: null,
    secretSha256: rest.keys === null ? secretDigest(secret) : null,
    previousSecretSha256: null,
    tokensRevokedBefore: null,
    expiryWarnedDays: null,
    createdAt: at,
    createdBy: by,
    updatedAt: at,
    updatedBy: by,
  };
  return withVersion({
    ...rest,
    ...times,
    active: true,
    tenantOff: null,
    isCurrentInConsole: true,
    unfinishedSince: at,
  });
}

/** An account as a test wants it, everything else made up. */
export function newAccount(overrides: Partial<NewAccount> = {}): NewAccount {
  return {
    id: randomUUID(),
    clientId: `orki-sa-${randomUUID()}`,
    tenantId: 'acme',
    username: `account ${randomUUID().slice(0, 8)}`,
    description: null,
    mode: 'agent',
    permissions: [],
    keys: null,
    secret: `orki_sa_${randomUUID()}`,
    secretHint: 'hint',
    secretExpiresAt: null,
    requests: null,
    at: new Date().toISOString(),
    by: { subject: 'subject', username: 'somebody' },
    history: [],
    ...overrides,
  };
}
