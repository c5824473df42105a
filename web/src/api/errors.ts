import { type ErrorCode, isProblem, ServiceAccountsError } from '@orki/service-accounts-client';
import type { MessageId } from '../i18n/languages.ts';
import type { Texts } from '../i18n/text.ts';
import { SessionEndedError } from './access-token.ts';

type FieldName = 'username' | 'description' | 'mode' | 'permissions' | 'expiry' | 'keys';
export type FieldErrors = Partial<Record<FieldName, string>>;

export interface ErrorDescription {
  readonly text: string;
  /** What is wrong with single fields of a form. */
  readonly fields: FieldErrors;
  readonly requestId: string | undefined;
}

/** The fields of a form, and those of a request that each stands for. */
const pointers: Readonly<Record<FieldName, readonly string[]>> = {
  username: ['/username'],
  description: ['/description'],
  mode: ['/mode'],
  permissions: ['/permissions'],
  expiry: ['/secretExpiresAt', '/secretLifetimeDays'],
  keys: ['/credentials', '/keys'],
};
const fieldNames = Object.keys(pointers) as FieldName[];
/** Every code has a message of the page's own; the type fails when the service gets another one. */
const messageOf = (code: ErrorCode): MessageId => `error.${code}`;

/** An error in the page's language: decided by `code`, with what is known of the fields. */
export function describeError(error: unknown, texts: Texts): ErrorDescription {
  const { t, known } = texts;
  if (error instanceof ServiceAccountsError) {
    const { problem } = error;
    const text = known(messageOf(error.code)) ?? problem.detail ?? problem.title;
    return { text, fields: fieldErrors(error, texts), requestId: problem.requestId };
  }
  const none = { fields: {}, requestId: undefined };
  if (error instanceof SessionEndedError) return { text: t('error.session'), ...none };
  // What fetch throws when there is no answer.
  if (error instanceof TypeError) return { text: t('error.network'), ...none };
  return { text: t('error.unexpected'), ...none };
}

function fieldErrors(error: ServiceAccountsError, { t, known }: Texts): FieldErrors {
  if (isProblem(error, 'username-taken')) return { username: t('field.username.taken') };
  if (isProblem(error, 'secret-expiry-unavailable')) return { expiry: t('error.secret-expiry-unavailable') };
  const found: FieldErrors = {};
  for (const { in: part, pointer, code, detail } of error.problem.errors ?? []) {
    const name = fieldNames.find((field) =>
      pointers[field].some((own) => pointer === own || pointer.startsWith(`${own}/`)),
    );
    if (part !== 'body' || name === undefined) continue;
    found[name] ??= known(`field.${name}.${code}`) ?? known(`field.${code}`) ?? detail;
  }
  return found;
}
