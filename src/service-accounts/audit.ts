import type { FastifyRequest } from 'fastify';
import { pino } from 'pino';
import { ServiceError } from '../errors.ts';
import type { Catalogue } from '../permissions/catalogue.ts';
import { type Account, type AccountView, credentialsOf, viewOf } from './account.ts';
import type { OperationContext } from './operation.ts';

/** What is written of each operation that may change an account, whether it came to pass or not. */
export interface AuditRecord {
  readonly action: AuditedAction;
  /** `done`, or the code of the error that the caller got. */
  readonly outcome: string;
  readonly tenant: string;
  readonly account: { readonly id: string; readonly clientId?: string } | null;
  readonly actor: { readonly subject: string; readonly username: string; readonly clientId: string };
  readonly before: AuditedState | null;
  readonly after: AuditedState | null;
  /** The address that the request came from. */
  readonly from: string;
  readonly requestId: string;
}

/** What callers' requests are audited as. */
export const auditedActions = [
  'create',
  'edit',
  'regenerate-secret',
  'replace-keys',
  'end-previous-secret',
  'activate',
  'deactivate',
  'revoke-tokens',
  'delete',
] as const;

export type AuditedAction =
  | (typeof auditedActions)[number]
  /** The secret expires within thirty, seven or one days (the sweep). */
  | 'secret-expiring'
  /** A scanner found the secret somewhere. */
  | 'secret-leaked'
  /** An account that is left inactive does not come back with its tenant (`npm run tenant`). */
  | 'leave-inactive';

/** The fields of an account that an operation may change. Neither a secret nor a part of one is among them. */
type AuditedState = Pick<
  AccountView,
  | 'username'
  | 'description'
  | 'mode'
  | 'permissions'
  | 'status'
  | 'secretCreatedAt'
  | 'secretExpiresAt'
  | 'tokensRevokedBefore'
> & {
  /** Until when the secret before is valid too; null when it is not. */
  readonly previousSecretValidUntil: string | null;
  /** The ids of the public keys by which it authenticates; null when it does so by a secret. */
  readonly keyIds: readonly string[] | null;
};

export type AuditLog = (record: AuditRecord) => void;

/** Writes audit records as JSON lines of their own, to a file or else to standard output, marked `"log":"audit"`. */
export function createAuditLog(file: string | undefined): AuditLog {
  const destination = pino.destination({ dest: file ?? 1, mkdir: true, sync: true });
  const logger = pino({ base: { log: 'audit' }, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  return (record) => logger.info(record);
}

/**
 * Runs an operation and writes one record of it, also when it fails. A caller who may not use the route at all never
 * gets here; that is in the log of requests.
 * @param run is given the context completed by what takes note of the account as it was, and returns the result with the
 * account as it is now, undefined when it is gone
 */
export async function audited<Result>(
  log: AuditLog,
  action: AuditedAction,
  request: FastifyRequest,
  context: Omit<OperationContext, 'onAccountRead'>,
  run: (context: OperationContext) => Promise<Result>,
  accountIn: (result: Result) => AccountView | undefined,
): Promise<Result> {
  const { tenantId, caller } = context;
  let before: { readonly account: Account; readonly catalogue: Catalogue | undefined } | undefined;
  const record = (outcome: string, after: AccountView | undefined) =>
    log({
      action,
      outcome,
      tenant: tenantId,
      account: accountOf(request, before?.account ?? after),
      actor: { subject: caller.subject, username: caller.username, clientId: caller.clientId },
      before: before === undefined ? null : stateBefore(before.account, before.catalogue, after),
      after: after === undefined ? null : stateOf(after),
      from: request.ip,
      requestId: request.id,
    });
  const onAccountRead = (account: Account, catalogue?: Catalogue) => {
    before = { account, catalogue };
  };
  try {
    const result = await run({ ...context, onAccountRead });
    record('done', accountIn(result));
    return result;
  } catch (error) {
    record(error instanceof ServiceError ? error.code : 'internal-error', undefined);
    throw error;
  }
}

function accountOf(request: FastifyRequest, known: { id: string; clientId: string } | undefined) {
  if (known !== undefined) return { id: known.id, clientId: known.clientId };
  const { id } = request.params as { id?: string };
  return id === undefined ? null : { id };
}

/**
 * The account as it was, with all permissions of its mode. Deactivating reads no catalogue beforehand, but leaves the mode
 * as it is: then they are those of the account as it is now.
 */
function stateBefore(
  account: Account,
  catalogue: Catalogue | undefined,
  after: AccountView | undefined,
): AuditedState {
  if (catalogue !== undefined) return stateOf(viewOf(account, catalogue));
  const { mode, active } = account;
  const permissions = after?.mode === mode ? after.permissions : [...account.permissions];
  return stateOf({
    ...account,
    credentials: credentialsOf(account),
    permissions,
    status: active ? 'active' : 'inactive',
  });
}

/** What an audit record says of an account. */
export function stateOf(
  account: Omit<AuditedState, 'previousSecretValidUntil' | 'keyIds'> &
    Pick<AccountView, 'previousSecret' | 'credentials'>,
): AuditedState {
  const { username, description, mode, permissions, status, secretCreatedAt } = account;
  const { secretExpiresAt, previousSecret, tokensRevokedBefore, credentials } = account;
  const previousSecretValidUntil = previousSecret?.validUntil ?? null;
  const keyIds = credentials.type === 'jwks' ? credentials.keys.map(({ kid }) => kid) : null;
  const secrets = { secretCreatedAt, secretExpiresAt, previousSecretValidUntil, tokensRevokedBefore, keyIds };
  return { username, description, mode, permissions, status, ...secrets };
}
