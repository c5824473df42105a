import { setTimeout as pause } from 'node:timers/promises';
import { ServiceError } from '../errors.ts';
import type { Account } from './account.ts';
import type { Gateway } from './gateway.ts';

/** By how much Keycloak's clock may be ahead of this service's. */
const clockDifferenceMs = 1_000;

/** From when on tokens are good again (RFC 3339), and until when services that look at signatures alone accept the others. */
export interface Revocation {
  readonly issuedBefore: string;
  readonly acceptedUntil: string;
}

/**
 * Revokes all tokens of an account that were issued until now, along with `write`, and reads back that it is so. Whole
 * seconds are all that a token says of when it was issued (`iat`), so it counts from the one that begins a second or two from
 * now; one that was revoked from later on stays so. It is recorded for services that look at signatures first: when `write`
 * fails, they alone refuse tokens that are still good, and the integration obtains others. Needs the account's lock.
 * @param write writes the time with the account; may change more of it in the same write
 * @throws {ServiceError} what `write` throws; 503 when it could not be recorded; 504 when reading back did not show it
 */
export async function revokeAlong(
  gateway: Gateway,
  account: Account,
  write: (issuedBefore: string) => Promise<void>,
): Promise<Revocation> {
  const second = Math.floor((Date.now() + clockDifferenceMs) / 1000) + 1;
  const revokedBefore = Date.parse(account.tokensRevokedBefore ?? '') || 0;
  const issuedBefore = new Date(Math.max(second * 1000, revokedBefore)).toISOString();
  const { acceptedUntil } = await gateway.recordRevocation(account, issuedBefore);
  await write(issuedBefore);
  const stored = await gateway.findAccount(account.id).catch((cause) => {
    throw notConfirmed(cause);
  });
  if (stored?.tokensRevokedBefore !== issuedBefore) {
    throw notConfirmed(new Error(`tokens are revoked before ${stored?.tokensRevokedBefore}`));
  }
  return { issuedBefore, acceptedUntil };
}

/** A 504 after which nothing arrives any more: the write was answered, and what it left could not be seen. */
const notConfirmed = (cause: unknown): ServiceError =>
  new ServiceError('outcome-unknown', {
    detail: 'The tokens may or may not be revoked. Send the request again.',
    headers: { 'retry-after': '5' },
    cause,
    mayStillTakeEffect: false,
  });

/** Waits until tokens that are issued are good again: whoever asks for one after this gets one that lasts. */
export async function untilGoodAgain({ issuedBefore }: Pick<Revocation, 'issuedBefore'>): Promise<void> {
  await pause(Math.max(0, Date.parse(issuedBefore) - Date.now()));
}
