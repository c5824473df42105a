import { names } from '../../../src/names.ts';
import { type AccountState, differences, never, none, undisclosed } from '../account-model.ts';
import type { ServiceAnswer } from '../replica.ts';
import { type Fault, leavesDoubt } from './fault.ts';
import { hasKey, type Operation } from './operations.ts';

const longestAnswerMs = 10_500;
/** Secrets of accounts, and tokens. */
const secrets = /orki_sa_[0-9A-Za-z]{49}|eyJ[\w-]{10,}\.eyJ[\w-]{10,}/;
/** Words of Keycloak, its database or the network, which are for the log alone. */
const upstreamWords = /ECONN|127\.0\.0\.1|statement|select |insert |undici|socket/i;

export const isDone = ({ status }: ServiceAnswer): boolean => status < 300;

/** What answers told of an account, the last one last. */
export interface Told {
  readonly secrets: readonly string[];
  /** Times before which tokens are revoked (RFC 3339), by operations that revoke them. */
  readonly revocations: readonly string[];
}

/** What the answers that say that something was done told. */
export function toldBy(operation: Operation, answers: readonly ServiceAnswer[]): Told {
  const done = answers.filter(isDone).map(({ body }) => body);
  return {
    secrets: done.flatMap((body) => body?.clientSecret ?? []),
    revocations: operation.revokes ? done.flatMap((body) => body?.tokensRevokedBefore ?? []) : [],
  };
}

/** What is wrong with an answer, whatever became of the account. */
export function faultsOfAnswer(operation: Operation, fault: Fault, answer: ServiceAnswer): string[] {
  const { status, body, text, headers, sentAt, answeredAt } = answer;
  const found: string[] = [];
  if (!allowedStatuses(operation, fault).includes(status))
    found.push(`answered ${status} ${body?.code ?? ''}`);
  if (answeredAt - sentAt > longestAnswerMs)
    found.push(`answered after ${Math.round(answeredAt - sentAt)} ms`);
  if (status === 503 && !(Number(headers['retry-after']) > 0)) found.push('503 without Retry-After');
  if (status >= 300 && (secrets.test(text) || upstreamWords.test(text))) found.push(`says too much: ${text}`);
  if (isDone(answer)) found.push(...faultsOfPromise(operation, answer));
  return found;
}

/** By how much two clocks of one machine may differ. */
const clockToleranceMs = 50;

/** An answer that says that tokens are revoked says before when, which is after the request and over by now. */
function faultsOfPromise(
  { revokes, name }: Operation,
  { body, sentAt, answeredAt }: ServiceAnswer,
): string[] {
  if (!revokes) return [];
  const told = body?.tokensRevokedBefore;
  const at = Date.parse(told ?? '') - performance.timeOrigin;
  const found: string[] = [];
  if (!(at > sentAt - clockToleranceMs)) found.push(`asked to revoke, and says before ${told}`);
  if (at > answeredAt + clockToleranceMs) found.push('answered before tokens are good again');
  if (name === 'revoke tokens' && body.revocation.issuedBefore !== told) found.push('names two revocations');
  return found;
}

function allowedStatuses(operation: Operation, fault: Fault): number[] {
  const done = successOf(operation);
  if (fault === '401 once') return [done];
  if (operation.changesNothing) return [done, 503];
  if (fault.startsWith('refused')) return [done, 503, ...inDoubt(operation)];
  if (fault === '401 always') return [done, 503, ...inDoubt(operation)];
  return leavesDoubt(fault) || fault === '409' ? [done, 409, 503, 504] : [done];
}

/** What goes by steps may end half done, in doubt, though no single call of it is. */
const inDoubt = ({ on, name, result, revokes }: Operation): number[] =>
  on === undefined || result.roles !== undefined || name === 'delete' || name === 'rename' || revokes
    ? [504]
    : [];

const successOf = ({ name, on }: Operation): number =>
  on === undefined ? 201 : name === 'delete' ? 204 : 200;

/** What an operation may have left of an account, by what it answered. */
export function faultsOfState(
  operation: Operation,
  before: AccountState,
  now: AccountState,
  answer: ServiceAnswer,
  told: Told,
): string[] {
  if (isDone(answer)) return faultsOfResult(operation, before, now, told);
  const found = mayBeAnything(operation, answer)
    ? []
    : differences(before, now).map((field) => `${field} changed`);
  if (!isWithin(now.roles, before.roles) && !isWithin(now.roles, operation.result.roles ?? [])) {
    found.push(`rights grew to ${now.roles}`);
  }
  return found;
}

/** 504 says that nobody knows; 503 in between the calls of an operation that goes by steps says it was not finished. */
function mayBeAnything(operation: Operation, { status }: ServiceAnswer): boolean {
  return status === 504 || operation.result.roles !== undefined || operation.name === 'delete';
}

/**
 * What is wrong with an account to which the operation was acknowledged.
 * @param isRepeated whether it was asked for before, with an answer that may have told nothing
 */
export function faultsOfResult(
  operation: Operation,
  before: AccountState,
  now: AccountState,
  told: Told,
  isRepeated = false,
): string[] {
  if (operation.result.exists === false) return now.exists ? ['it is there still'] : [];
  const secret = operation.setsSecret ? told.secrets.at(-1) : (operation.result.secret ?? before.secret);
  const revokedBefore = operation.revokes ? told.revocations.at(-1) : before.tokensRevokedBefore;
  const wanted = {
    ...before,
    ...operation.result,
    secret: secret ?? 'none was told',
    previousSecret: now.previousSecret,
    tokensRevokedBefore: revokedBefore ?? never,
  };
  const found = differences(now, wanted).map((field) =>
    field === 'secret'
      ? 'the secret told is not the valid one'
      : `${field} is ${now[field as keyof AccountState]}`,
  );
  if (!previousAfter(operation, before, told, isRepeated).includes(now.previousSecret)) {
    found.push(now.previousSecret === none ? 'the secret before is dead' : 'another secret before is alive');
  }
  return found;
}

/** What may be the secret before, once the operation was acknowledged. */
function previousAfter(
  operation: Operation,
  before: AccountState,
  { secrets }: Told,
  isRepeated: boolean,
): readonly string[] {
  if (!operation.setsSecret) return [operation.result.previousSecret ?? before.previousSecret];
  if (!operation.keepsSecret) return [none];
  // Of the original secret, however often the request is repeated with its key.
  if (hasKey(operation) || !isRepeated) return [before.secret];
  // Without a key each request is one more rotation, which ends the overlap of the one before.
  return secrets.length > 1 ? secrets.slice(-2, -1) : [before.secret, undisclosed];
}

/** Whether the rights that roles give are among those that others give, as far as these operations go. */
function isWithin(roles: readonly string[], others: readonly string[]): boolean {
  return others.includes(names.modeRoles.admin) || roles.every((role) => others.includes(role));
}

/** What is wrong with the answer to the repetition, which comes when all is well again. */
export function faultsOfRepetition(
  operation: Operation,
  first: ServiceAnswer,
  second: ServiceAnswer,
): string[] {
  const { status, headers, body } = second;
  const isTaken = status === 409 && body?.code === 'username-taken' && operation.name === 'create';
  // Without a key nobody can tell a repetition from another creation under the same name; the first may have made it.
  if (isTaken && (isDone(first) || first.status === 504)) return [];
  if (operation.name === 'delete' && status === 404) return [];
  if (status !== successOf(operation)) return [`the repetition was answered ${status} ${body?.code ?? ''}`];
  if (hasKey(operation) && isDone(first)) {
    if (headers['idempotency-replayed'] !== 'true') return ['a repetition that is not said to be one'];
    const isSecretTold = typeof body.clientSecret === 'string';
    if (isSecretTold && body.clientSecret === first.body.clientSecret) return ['a secret told twice'];
    if (body.previousSecret?.validUntil !== first.body.previousSecret?.validUntil) {
      return ['a repetition that changes when the overlap ends'];
    }
  }
  return [];
}

/** Secrets and tokens in what the service wrote down. */
export function secretsIn(lines: readonly string[]): string[] {
  return lines
    .filter((line) => secrets.test(line))
    .map((line) => `a secret is in the log: ${line.slice(0, 120)}`);
}
