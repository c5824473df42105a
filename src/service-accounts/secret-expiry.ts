import { invalidField } from '../errors.ts';

const dayMs = 86_400_000;
/** How many days before the end of a secret somebody is warned, the last warning first. */
export const warningDays = [1, 7, 30] as const;
export type WarningDays = (typeof warningDays)[number];

/** What a caller asks of the end of a secret: a time, a number of days from now, or with null that it has none. */
export interface ExpiryRequest {
  readonly secretExpiresAt?: string | null | undefined;
  readonly secretLifetimeDays?: number | undefined;
}

/** When a secret was made and when it ends (RFC 3339); null for one without an end. */
interface SecretTimes {
  readonly secretCreatedAt: string;
  readonly secretExpiresAt: string | null;
}

/** Whether the secret of an account has ended. */
export const hasExpired = (
  { secretExpiresAt }: Pick<SecretTimes, 'secretExpiresAt'>,
  now: number = Date.now(),
): boolean => secretExpiresAt !== null && Date.parse(secretExpiresAt) <= now;

/**
 * When a secret that is made now ends, as RFC 3339 in whole seconds, which is all that Keycloak counts; null for never.
 * Where the caller says nothing it lives as long as the one before was made to, so that nobody makes one eternal by
 * saying nothing.
 * @param at now (RFC 3339)
 * @param before of the account whose secret is replaced; null for a new account
 * @param maxLifetimeDays what the operator allows; then every secret expires
 * @throws {ServiceError} 400 for an end that is over, or beyond what the operator allows
 */
export function secretExpiryOf(
  request: ExpiryRequest,
  at: string,
  before: SecretTimes | null,
  maxLifetimeDays: number | undefined,
): string | null {
  const now = Date.parse(at);
  const latest = maxLifetimeDays === undefined ? undefined : now + maxLifetimeDays * dayMs;
  const wanted = wantedEnd(request, now);
  if (wanted === 'as before') {
    const lifetimeMs = before && lifetimeOf(before);
    const usual = lifetimeMs == null ? latest : now + lifetimeMs;
    return usual === undefined ? null : wholeSeconds(Math.min(usual, latest ?? usual));
  }
  const name = request.secretLifetimeDays === undefined ? 'secretExpiresAt' : 'secretLifetimeDays';
  if (latest !== undefined && (wanted === null || wanted > latest)) {
    const detail = `A secret may last at most ${maxLifetimeDays} days. Choose an earlier end, or leave ${name} out.`;
    throw invalidField(`/${name}`, wanted === null ? 'required' : 'too-late', detail);
  }
  if (wanted !== null && wanted <= now)
    throw invalidField(`/${name}`, 'past', `${name} has to be later than now.`);
  return wanted === null ? null : wholeSeconds(wanted);
}

function wantedEnd(
  { secretExpiresAt, secretLifetimeDays }: ExpiryRequest,
  now: number,
): number | null | 'as before' {
  if (secretLifetimeDays !== undefined) return now + secretLifetimeDays * dayMs;
  if (secretExpiresAt === undefined) return 'as before';
  return secretExpiresAt === null ? null : Date.parse(secretExpiresAt);
}

/** How long a secret was made to live, in milliseconds; null for one without an end. */
function lifetimeOf({ secretExpiresAt, secretCreatedAt }: SecretTimes): number | null {
  return secretExpiresAt === null ? null : Date.parse(secretExpiresAt) - Date.parse(secretCreatedAt);
}

/**
 * The warnings of the end of a secret that are still to come or due, the first one first. None comes again after it, or a
 * later one, was given, and a secret that was made to live no longer than a warning's days gets no such warning.
 * @param warnedDays of how many days before its end somebody was warned last; null when of none
 */
export function remainingWarnings(
  times: SecretTimes,
  warnedDays: number | null,
): { readonly days: WarningDays; readonly dueAt: number }[] {
  const { secretExpiresAt } = times;
  const lifetimeMs = lifetimeOf(times);
  if (secretExpiresAt === null || lifetimeMs === null) return [];
  return warningDays
    .filter((days) => lifetimeMs > days * dayMs && (warnedDays === null || days < warnedDays))
    .map((days) => ({ days, dueAt: Date.parse(secretExpiresAt) - days * dayMs }))
    .reverse();
}

/**
 * The days (UTC, such as 2026-12-31) on which a warning may have fallen due that can still be given: today, and those before
 * it as far back as the earliest warning comes before the end of a secret.
 * @param now milliseconds since 1970
 */
export function daysOfDueWarnings(now: number): string[] {
  return Array.from({ length: Math.max(...warningDays) + 2 }, (_, daysAgo) => dayOf(now - daysAgo * dayMs));
}

/** @param time milliseconds since 1970 */
export const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

const wholeSeconds = (time: number): string => new Date(Math.floor(time / 1000) * 1000).toISOString();
