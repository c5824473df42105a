import { invalidField } from '../errors.ts';

const dayMs = 86_400_000;
/** How many days before the end of a secret somebody is warned, the last warning first. */
export const warningDays = [1, 7, 30] as const;

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
export function lifetimeOf({ secretExpiresAt, secretCreatedAt }: SecretTimes): number | null {
  return secretExpiresAt === null ? null : Date.parse(secretExpiresAt) - Date.parse(secretCreatedAt);
}

const wholeSeconds = (time: number): string => new Date(Math.floor(time / 1000) * 1000).toISOString();
