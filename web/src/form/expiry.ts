import type { ServiceAccount } from '@orki/service-accounts-client';
import type { MessageId } from '../i18n/languages.ts';
import type { Texts } from '../i18n/text.ts';

const dayMs = 86_400_000;
const offeredDays = [30, 90, 365];
/** Further ahead a date is a slip of the finger. */
const latestDays = 3650;

/** `same` is the lifetime of the secret before; a number counts days. */
export type ExpiryChoice = 'same' | 'never' | 'date' | number;

/** What a person wants of the end of a secret. */
export interface Expiry {
  readonly choice: ExpiryChoice;
  /** For the choice `date`, as a date input has it: `2027-01-31`. */
  readonly date: string;
}

/** What holds for every secret here. */
export interface ExpiryRules {
  /** The operator's limit; null for none. */
  readonly maxDays: number | null;
  /** Whether Keycloak can't end secrets. */
  readonly isUnavailable: boolean;
}

export interface OfferedExpiry {
  readonly choice: ExpiryChoice;
  /** Why it can't be chosen. */
  readonly obstacle: MessageId | undefined;
}

type SecretTimes = Pick<ServiceAccount, 'secretCreatedAt' | 'secretExpiresAt'>;

/** How many days a secret was made to live, rounded up; null for one without an end. */
export const lifetimeDaysOf = ({ secretCreatedAt, secretExpiresAt }: SecretTimes): number | null =>
  secretExpiresAt === null
    ? null
    : Math.max(1, Math.ceil((Date.parse(secretExpiresAt) - Date.parse(secretCreatedAt)) / dayMs));

/** What is chosen until the person chooses: what the service does by itself. */
export function usualExpiry(before: SecretTimes | undefined, { maxDays }: ExpiryRules): Expiry {
  const days = before === undefined ? null : lifetimeDaysOf(before);
  if (days === null) return { choice: maxDays ?? 'never', date: '' };
  if (maxDays !== null && days > maxDays) return { choice: maxDays, date: '' };
  return { choice: offeredDays.includes(days) ? days : 'same', date: '' };
}

/** The choices in their order; what can't be had here says why. */
export function offeredExpiries(
  usual: ExpiryChoice,
  { maxDays, isUnavailable }: ExpiryRules,
): OfferedExpiry[] {
  const days = [...new Set([...offeredDays, ...(maxDays === null ? [] : [maxDays])])].sort((a, b) => a - b);
  const choices: ExpiryChoice[] = [...(usual === 'same' ? [usual] : []), 'never', ...days, 'date'];
  return choices.map((choice) => ({ choice, obstacle: obstacleTo(choice) }));

  function obstacleTo(choice: ExpiryChoice): MessageId | undefined {
    if (isUnavailable && choice !== 'never') return 'form.expiry.unavailable';
    if (maxDays === null) return undefined;
    const isBeyond = choice === 'never' || (typeof choice === 'number' && choice > maxDays);
    return isBeyond ? 'form.expiry.limited' : undefined;
  }
}

/** The last second of a day where the person is. */
const endOfDay = (date: string): Date => new Date(`${date}T23:59:59`);

const asDate = (time: Date): string =>
  [
    String(time.getFullYear()).padStart(4, '0'),
    String(time.getMonth() + 1).padStart(2, '0'),
    String(time.getDate()).padStart(2, '0'),
  ].join('-');

/** The first and the last date that can be chosen: today, and the last whose end the limit allows. */
export function dateBounds(
  { maxDays }: ExpiryRules,
  now: number,
): { readonly min: string; readonly max: string } {
  const latest = now + (maxDays ?? latestDays) * dayMs;
  const last = asDate(new Date(latest));
  const isWithin = endOfDay(last).getTime() <= latest;
  return {
    min: asDate(new Date(now)),
    max: isWithin ? last : asDate(new Date(endOfDay(last).getTime() - dayMs)),
  };
}

/** When the secret will end, as RFC 3339; null for never, undefined where that is not decided yet. */
export function endOf({ choice, date }: Expiry, before: SecretTimes | undefined, now: number) {
  if (choice === 'never') return null;
  if (choice === 'date') {
    const end = endOfDay(date);
    return Number.isNaN(end.getTime()) ? undefined : end.toISOString();
  }
  const lifetimeMs =
    choice === 'same'
      ? Date.parse(before?.secretExpiresAt ?? '') - Date.parse(before?.secretCreatedAt ?? '')
      : choice * dayMs;
  return new Date(now + lifetimeMs).toISOString();
}

/** What can be seen to be wrong without asking the service. */
export function expiryError(
  { choice, date }: Expiry,
  rules: ExpiryRules,
  now: number,
  { t }: Texts,
): string | undefined {
  if (choice !== 'date') return undefined;
  const { min, max } = dateBounds(rules, now);
  if (date === '') return t('field.expiry.no-date');
  if (date < min) return t('field.expiry.past');
  return date > max ? t('field.expiry.too-late') : undefined;
}

/** The fields of a request that ask for it. */
export function expiryFields({ choice, date }: Expiry): {
  secretExpiresAt?: string | null;
  secretLifetimeDays?: number;
} {
  if (choice === 'same') return {};
  if (choice === 'never') return { secretExpiresAt: null };
  return choice === 'date'
    ? { secretExpiresAt: endOfDay(date).toISOString() }
    : { secretLifetimeDays: choice };
}
