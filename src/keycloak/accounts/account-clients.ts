import { randomUUID } from 'node:crypto';
import type ClientRepresentation from '@keycloak/keycloak-admin-client/lib/defs/clientRepresentation.js';
import { z } from 'zod';
import { isOutcomeUnknown, keycloakUnavailable, ServiceError } from '../../errors.ts';
import { clientAttributes, keycloakSecretAttributes } from '../../names.ts';
import type { Account } from '../../service-accounts/account.ts';
import type { Gateway } from '../../service-accounts/gateway.ts';
import { notFound } from '../../service-accounts/load.ts';
import { createSecret } from '../../service-accounts/secret.ts';
import type { BoundCalls } from '../calls/bound-calls.ts';
import { confirmWrite } from '../calls/confirm-write.ts';
import { KeycloakFailure } from '../calls/failures.ts';
import {
  accountOf,
  authenticatorFor,
  consoleText,
  editedAttributes,
  editedColumns,
  finishedAttributes,
  keyReplacementAttributes,
  newClient,
  previousSecretAttributes,
  revocationColumn,
  secretAttributes,
  statusFields,
  updatedAttributes,
  warningAttributes,
  withEveryWrite,
} from './account-representation.ts';
import { type HeldAccount, type ReadFence, untilCurrent } from './read-fence.ts';
import type { RealmObjects } from './realm-objects.ts';

type AccountClients = Pick<
  Gateway,
  | 'findAccount'
  | 'findAccountByClientId'
  | 'listAccounts'
  | 'createClient'
  | 'finishAccount'
  | 'editAccount'
  | 'showInConsole'
  | 'replaceSecret'
  | 'replaceKeys'
  | 'endPreviousSecret'
  | 'noteExpiryWarning'
  | 'setStatus'
  | 'deleteAccount'
>;

const withClientId = z.object({ clientId: z.string() });
const withSecret = z.object({ secret: z.string().min(1) });
const withNonce = z.object({ attributes: z.object({ [clientAttributes.readFence]: z.string() }) });
const writable = z.object({
  enabled: z.boolean(),
  name: z.string().optional(),
  description: z.string().optional(),
  clientAuthenticatorType: z.string().optional(),
  secret: z.string().optional(),
  notBefore: z.int().optional(),
  attributes: z.record(z.string(), z.string()).default({}),
});

/** What a write replaces of a client; Keycloak keeps the rest. */
type ClientFields = Pick<
  ClientRepresentation,
  'enabled' | 'secret' | 'clientAuthenticatorType' | 'notBefore' | 'name' | 'description'
> & {
  attributes: Record<string, string>;
};

/** Service accounts as what they are in Keycloak: clients. */
export function accountClients(
  { call, readBack, signal }: BoundCalls,
  realm: Pick<RealmObjects, 'forgetUser'>,
  readFence: Pick<ReadFence, 'held'>,
): AccountClients {
  /** How Keycloak asks each account who it is, by id, as this request last read or wrote it. */
  const authenticators = new Map<string, string>();

  /** Says it with every write: where one does not, the client policy puts the authentication by a secret back. */
  async function authenticatorOf(id: string): Promise<string> {
    if (!authenticators.has(id)) await read(id);
    const authenticator = authenticators.get(id);
    if (authenticator === undefined) throw notFound();
    return authenticator;
  }

  async function write(operation: string, id: string, fields: ClientFields): Promise<void> {
    const clientAuthenticatorType = fields.clientAuthenticatorType ?? (await authenticatorOf(id));
    const body = { ...fields, clientAuthenticatorType };
    const send = async () => {
      const answer = await call({
        operation,
        method: 'PUT',
        path: clientPath(id),
        body: { ...body, ...withEveryWrite },
        expected: [404],
      });
      // Somebody deleted it in Keycloak's console a moment ago: nothing here changes an account without its lock.
      if (answer.status === 404) throw notFound();
    };
    await confirmWrite(send, async () => {
      const answer = await readBack({ operation: `check: ${operation}`, path: clientPath(id) });
      const stored = writable.safeParse(answer.body);
      return stored.success && holds(stored.data, body);
    });
    authenticators.set(id, clientAuthenticatorType);
  }

  /** The secret that an account has. It goes back to Keycloak and nowhere else. */
  async function readSecret(id: string): Promise<string> {
    const operation = 'read secret';
    const nonce = readFence.held(id)?.nonce;
    const answer = await untilCurrent(signal, operation, async () => {
      const read = await call({ operation, method: 'GET', path: clientPath(id), expected: [403, 404] });
      return nonce === undefined || read.status >= 300 || nonceIn(read.body) === nonce ? read : undefined;
    });
    if (answer.status >= 300) throw notFound();
    const client = withSecret.safeParse(answer.body);
    // Not with what the schema says: it would quote what it found.
    if (!client.success) throw keycloakUnavailable(new KeycloakFailure(operation, { upstream: 'no secret' }));
    return client.data.secret;
  }

  async function read(id: string) {
    // 403: the fine-grained permissions keep this client from us, so it is no account.
    const expected = [403, 404];
    const answer = await call({ operation: 'read account', method: 'GET', path: clientPath(id), expected });
    const account = accountOf(answer.body);
    // Its creation may have failed, and been repeated under the same id with another user.
    if (account === undefined || account.unfinishedSince !== null) realm.forgetUser(id);
    if (account !== undefined) authenticators.set(id, authenticatorFor(account.keys));
    return { account, nonce: nonceIn(answer.body) };
  }

  /**
   * Reads an account under its lock until what was written under this lock shows: that read is of the node that wrote it,
   * or of one that has heard of it.
   */
  async function readCurrent(held: HeldAccount, id: string): Promise<Account | undefined> {
    held.nonce ??= await writeNonce(id);
    const { nonce } = held;
    if (nonce === undefined) return undefined;
    const seen = await untilCurrent(signal, 'read account', async () => {
      const found = await read(id);
      return found.account === undefined || found.nonce === nonce ? found : undefined;
    });
    held.account = seen.account;
    // What wrote the nonce may have read of an account with keys what it was before it had them.
    if (seen.account?.isCurrentInConsole === false) await showInConsole(seen.account);
    return seen.account;
  }

  const showInConsole = (account: Account) =>
    write('show in console', account.id, { ...consoleText(account), attributes: {} });

  /** @returns undefined when there is no such account any more */
  async function writeNonce(id: string): Promise<string | undefined> {
    const nonce = randomUUID();
    try {
      await write('fence account', id, { attributes: { [clientAttributes.readFence]: nonce } });
    } catch (error) {
      if (error instanceof ServiceError && error.code === 'service-account-not-found') return undefined;
      // Nothing that anybody sees depends on it, but it must not meet the next holder of the lock.
      throw isOutcomeUnknown(error)
        ? keycloakUnavailable(error, undefined, { mayStillTakeEffect: true })
        : error;
    }
    return nonce;
  }

  return {
    async findAccount(id) {
      const { account } = await read(id);
      const held = readFence.held(id);
      // What is not this tenant's account is not written to; which tenant's it is never changes.
      return held === undefined || account?.tenantId !== held.tenantId ? account : readCurrent(held, id);
    },

    async findAccountByClientId(clientId) {
      const answer = await call({
        operation: 'read account by clientId',
        method: 'GET',
        path: '/clients',
        query: { clientId },
      });
      const clients = z.array(z.unknown()).parse(answer.body);
      return clients.map(accountOf).find((account) => account?.clientId === clientId);
    },

    async listAccounts(tenantId, first, max) {
      // tenantId holds nothing that means something in Keycloak's q language; a malformed q would list every client.
      const query = { q: `${clientAttributes.tenant}:${tenantId}`, first, max };
      const answer = await call({ operation: 'list accounts', method: 'GET', path: '/clients', query });
      const clients = z.array(withClientId).parse(answer.body);
      const accounts = z
        .array(z.unknown())
        .parse(answer.body)
        .map(accountOf)
        .filter((account) => account !== undefined);
      return {
        accounts: accounts.filter(
          (account) => account.tenantId === tenantId && account.unfinishedSince === null,
        ),
        clientIds: clients.map(({ clientId }) => clientId),
      };
    },

    async createClient(account) {
      realm.forgetUser(account.id);
      const send = () =>
        call({ operation: 'make client', method: 'POST', path: '/clients', body: newClient(account) });
      await confirmWrite(send, async () => {
        const answer = await readBack({ operation: 'check: make client', path: clientPath(account.id) });
        return accountOf(answer.body)?.clientId === account.clientId;
      });
      authenticators.set(account.id, authenticatorFor(account.keys));
    },

    finishAccount: (id) => write('finish account', id, { attributes: finishedAttributes }),

    async editAccount({ id, tenantId }, edit, stamp) {
      const attributes = { ...editedAttributes(edit), ...updatedAttributes(stamp) };
      await write('edit account', id, { ...editedColumns(tenantId, edit), attributes });
    },

    showInConsole,

    async replaceSecret(id, renewal, stamp) {
      const replaced = typeof renewal.previous === 'object' ? await readSecret(id) : undefined;
      const renewed = secretAttributes(renewal, stamp.at, replaced);
      const attributes = { ...renewed, ...updatedAttributes(stamp) };
      const revoked = revocationColumn(renewal.tokensRevokedBefore);
      const clientAuthenticatorType = authenticatorFor(null);
      const columns = { secret: renewal.secret.value, clientAuthenticatorType, ...revoked };
      await write('replace secret', id, { ...columns, attributes });
    },

    async replaceKeys(id, replacement, stamp) {
      const attributes = {
        ...keyReplacementAttributes(replacement, stamp.at),
        ...updatedAttributes(stamp),
      };
      // Keycloak keeps a secret with every client: one that nobody has, in place of one that somebody had.
      const columns = {
        secret: createSecret().value,
        clientAuthenticatorType: authenticatorFor(replacement.keys),
      };
      await write('replace keys', id, { ...columns, attributes });
    },

    noteExpiryWarning: (account, days) =>
      write('note expiry warning', account.id, { attributes: warningAttributes(account, days) }),

    async endPreviousSecret(id, stamp) {
      const attributes = { ...previousSecretAttributes(null), ...updatedAttributes(stamp) };
      await write('end previous secret', id, { attributes });
    },

    async setStatus(id, status, stamp) {
      const { attributes, ...columns } = statusFields(status);
      const ofMark = status.tokensRevokedBefore === undefined ? 'mark account' : 'revoke tokens';
      const operation = { true: 'activate account', false: 'deactivate account', undefined: ofMark };
      const written = { ...attributes, ...updatedAttributes(stamp) };
      await write(operation[`${status.active}`], id, { ...columns, attributes: written });
    },

    async deleteAccount(id) {
      realm.forgetUser(id);
      const path = clientPath(id);
      const send = () => call({ operation: 'delete account', method: 'DELETE', path, expected: [404] });
      const answered = await confirmWrite(send, async () => {
        const answer = await readBack({ operation: 'check: delete account', path });
        if (answer.status === 403)
          throw keycloakUnavailable(new KeycloakFailure('check: delete account', answer));
        return answer.status === 404;
      });
      return answered?.status !== 404;
    },
  };
}

/** Whether a client is as a write was to make it; an attribute without a value is one that Keycloak has deleted. */
function holds(client: z.infer<typeof writable>, { attributes, ...columns }: ClientFields): boolean {
  const columnsHold = Object.entries(columns).every(
    ([name, value]) => (client[name as keyof typeof columns] ?? '') === value,
  );
  const attributesHold = Object.entries(attributes).every(
    ([name, value]) =>
      (client.attributes[name] ?? '') === value ||
      // Keycloak gives a secret without an end one that is a hundred years away.
      (value === '' && name === keycloakSecretAttributes.expiresAt),
  );
  return columnsHold && attributesHold;
}

const nonceIn = (client: unknown): string | undefined =>
  withNonce.safeParse(client).data?.attributes[clientAttributes.readFence];

/** The id is a UUID: routes let nothing else through, so that it can't lead elsewhere in the Admin API. */
const clientPath = (id: string): string => `/clients/${id}`;
