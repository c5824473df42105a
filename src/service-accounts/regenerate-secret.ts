import { ServiceError } from '../errors.ts';
import {
  type Account,
  type AccountWithSecret,
  type PreviousSecret,
  stampOf,
  updated,
  viewOf,
} from './account.ts';
import type { Gateway, SecretRenewal } from './gateway.ts';
import { bodyDigest, keyReused, keySpent, requestDigest } from './idempotency-key.ts';
import type { OperationContext } from './operation.ts';
import {
  mayOnlyRotateOwn,
  requireCurrentToken,
  requireOwnRotation,
  requireSecretOfOwn,
} from './own-rotation.ts';
import { cameWithAnotherBody, remembering, repetitionOf } from './remembered-requests.ts';
import { revokeAlong, untilGoodAgain } from './revocation.ts';
import { createSecret } from './secret.ts';
import { type ExpiryRequest, hasExpired, secretExpiryOf } from './secret-expiry.ts';
import { underLockOfHolder } from './under-lock.ts';

export interface SecretSettings {
  readonly tokenUrl: string;
  /** How many days the operator lets a secret live; undefined for any number, and for none. */
  readonly maxSecretLifetimeDays: number | undefined;
}

/** An account with its secret, and whether the same request was answered before, with another secret. */
export interface DisclosedSecret {
  readonly account: AccountWithSecret;
  readonly isReplay: boolean;
}

export interface RegenerateRequest extends ExpiryRequest {
  /** For how long the current secret still works beside the new one; by default not at all. */
  readonly overlapSeconds?: number | undefined;
  /** Whether the tokens that were issued until now are revoked along with it. */
  readonly revokeTokens?: boolean | undefined;
}

/**
 * Gives the account a new secret and returns it, which nothing returns again. Keycloak refuses the old one from the
 * moment this returns, or from the end of the overlap that was asked for; one that was still valid from an overlap before is
 * refused at once. Access tokens that were issued before live on until they expire, unless they are to be revoked. With an Idempotency-Key the
 * request may be repeated for ten minutes; each time the secret is a new one, and the one of the time before is dead, while
 * the overlap stays as the first time made it. An account with keys has a secret in place of them from then on. An account that may rotate its own secret alone is held to that.
 * @throws {ServiceError} 400 an end that can't be; 401 when an account's own token is older than its secret; 403 when the
 * account has rights that the caller lacks, or is not the caller's own; 404; 409 when the key is spent, or an overlap or an
 * expiry is not available; 422 when the key came with another body.
 */
export async function regenerateSecret(
  context: OperationContext,
  id: string,
  { overlapSeconds = 0, revokeTokens = false, ...rest }: RegenerateRequest,
  settings: SecretSettings,
): Promise<DisclosedSecret> {
  const { gateway, caller, idempotencyKey } = context;
  const isOwnRotation = mayOnlyRotateOwn(caller);
  if (isOwnRotation) requireOwnRotation(caller, id, { ...rest, ...(revokeTokens && { revokeTokens }) });
  const request =
    idempotencyKey === undefined ? null : requestDigest(caller, `regenerate ${id}`, idempotencyKey);
  const body =
    request === null
      ? undefined
      : bodyDigest({ ...rest, overlapSeconds, ...(revokeTokens && { revokeTokens }) });
  const repetition = (account: Account) =>
    request === null ? 'new' : repetitionOf(account.requests, request);

  const disclosed = await underLockOfHolder(
    context,
    id,
    async ({ account, catalogue }) => {
      if (request !== null && body !== undefined && cameWithAnotherBody(account.requests, request, body)) {
        throw keyReused();
      }
      if (repetition(account) === 'spent') {
        throw keySpent('The secret that this key set was replaced, or was set more than ten minutes ago.');
      }
      const isReplay = repetition(account) === 'repeatable';
      if (isOwnRotation) requireSecretOfOwn(account);
      if (isOwnRotation && !isReplay) requireCurrentToken(caller, account);
      if (overlapSeconds > 0 && account.keys !== null) throw keysCannotOverlap();
      const secret = createSecret();
      const revoked = revokeTokens ? ['tokensRevokedBefore'] : [];
      const stamp = stampOf(caller, account, 'regenerate-secret', revoked);
      const expiresAt = isReplay
        ? account.secretExpiresAt
        : secretExpiryOf(rest, stamp.at, account, settings.maxSecretLifetimeDays);
      await requireRotation(gateway, { overlapSeconds, expiresAt });
      const requests = remembering(account.requests, request, stamp.at, body);
      const previous = isReplay ? 'stays' : overlapOf(account, overlapSeconds, stamp.at, expiresAt);
      const renewal: SecretRenewal = { secret, expiresAt, requests, previous };
      let { tokensRevokedBefore } = account;
      if (revokeTokens) {
        const write = (issuedBefore: string) =>
          gateway.replaceSecret(id, { ...renewal, tokensRevokedBefore: issuedBefore }, stamp);
        tokensRevokedBefore = (await revokeAlong(gateway, account, write)).issuedBefore;
      } else await gateway.replaceSecret(id, renewal, stamp);
      const previousSecret = previousAfter(account, previous);
      const fields = {
        keys: null,
        secretHint: secret.hint,
        secretCreatedAt: stamp.at,
        secretExpiresAt: expiresAt,
        previousSecret,
        tokensRevokedBefore,
        requests,
      };
      const view = viewOf(updated(account, fields, stamp), catalogue);
      const before = account.keys === null ? [account.secretHint] : [];
      if (account.previousSecret !== null) before.push(account.previousSecret.hint);
      const endedSecretHints = before.filter((hint) => hint !== previousSecret?.hint);
      return {
        account: { ...view, clientSecret: secret.value, endedSecretHints, tokenUrl: settings.tokenUrl },
        isReplay,
      };
    },
    { isRepeated: (account) => repetition(account) !== 'new' },
  );
  const { tokensRevokedBefore } = disclosed.account;
  if (revokeTokens && tokensRevokedBefore !== null)
    await untilGoodAgain({ issuedBefore: tokensRevokedBefore });
  return disclosed;
}

/**
 * The secret of now as the previous one, until a whole second, which is all that Keycloak counts. It never lives longer
 * than it was made to, nor than the new one, with which Keycloak ends both; one that has ended stays so.
 */
function overlapOf(
  account: Account,
  overlapSeconds: number,
  at: string,
  expiresAt: string | null,
): PreviousSecret | 'ends' {
  if (overlapSeconds === 0 || hasExpired(account, Date.parse(at))) return 'ends';
  const ends = [account.secretExpiresAt, expiresAt].filter((end) => end !== null).map(Date.parse);
  const until = Math.min((Math.floor(Date.parse(at) / 1000) + overlapSeconds) * 1000, ...ends);
  return { hint: account.secretHint, validUntil: new Date(until).toISOString() };
}

/** Keycloak takes one kind of credential from a client. */
const keysCannotOverlap = (): ServiceError =>
  new ServiceError('overlap-unavailable', {
    detail:
      'This account has keys, which end when it gets a secret. Leave out overlapSeconds, or put a second key beside the first one instead.',
  });

function previousAfter(account: Account, previous: SecretRenewal['previous']): PreviousSecret | null {
  if (previous === 'stays') return account.previousSecret;
  return previous === 'ends' ? null : previous;
}

/**
 * Makes sure that Keycloak can do what is asked.
 * @throws {ServiceError} 409
 */
export async function requireRotation(
  gateway: Gateway,
  { overlapSeconds, expiresAt }: { overlapSeconds: number; expiresAt: string | null },
): Promise<void> {
  if (overlapSeconds === 0 && expiresAt === null) return;
  if (await gateway.canRotateSecrets()) return;
  const advice = "ask the operator to turn on Keycloak's secret rotation.";
  throw overlapSeconds > 0
    ? new ServiceError('overlap-unavailable', {
        detail: `This installation can only replace a secret at once. Leave out overlapSeconds, or ${advice}`,
      })
    : new ServiceError('secret-expiry-unavailable', {
        detail: `In this installation a secret cannot expire. Leave out secretExpiresAt and secretLifetimeDays, or ${advice}`,
      });
}
