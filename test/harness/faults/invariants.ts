import { names } from '../../../src/names.ts';
import { type AccountState, differences } from '../account-model.ts';
import type { ServiceAnswer } from '../replica.ts';
import { type Fault, leavesDoubt } from './fault.ts';
import { hasKey, type Operation } from './operations.ts';

const longestAnswerMs = 10_500;
/** Secrets of accounts, and tokens. */
const secrets = /orki_sa_[0-9A-Za-z]{49}|eyJ[\w-]{10,}\.eyJ[\w-]{10,}/;
/** Words of Keycloak, its database or the network, which are for the log alone. */
const upstreamWords = /ECONN|127\.0\.0\.1|statement|select |insert |undici|socket/i;

export const isDone = ({ status }: ServiceAnswer): boolean => status < 300;

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
const inDoubt = ({ on, name, result }: Operation): number[] =>
  on === undefined || result.roles !== undefined || name === 'delete' || name === 'rename' ? [504] : [];

const successOf = ({ name, on }: Operation): number =>
  on === undefined ? 201 : name === 'delete' ? 204 : 200;

/** What an operation may have left of an account, by what it answered. */
export function faultsOfState(
  operation: Operation,
  before: AccountState,
  now: AccountState,
  answer: ServiceAnswer,
  told: readonly string[],
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

/** What is wrong with an account to which the operation was acknowledged. */
export function faultsOfResult(
  operation: Operation,
  before: AccountState,
  now: AccountState,
  told: readonly string[],
): string[] {
  if (operation.result.exists === false) return now.exists ? ['it is there still'] : [];
  const secret = operation.setsSecret ? told.at(-1) : before.secret;
  const wanted = { ...before, ...operation.result, secret: secret ?? 'none was told' };
  return differences(now, wanted).map((field) =>
    field === 'secret'
      ? 'the secret told is not the valid one'
      : `${field} is ${now[field as keyof AccountState]}`,
  );
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
    if (body.clientSecret === first.body.clientSecret) return ['a secret told twice'];
  }
  return [];
}

/** Secrets and tokens in what the service wrote down. */
export function secretsIn(lines: readonly string[]): string[] {
  return lines
    .filter((line) => secrets.test(line))
    .map((line) => `a secret is in the log: ${line.slice(0, 120)}`);
}
