import { ServiceError } from '../errors.ts';
import { requestMs, usernameAbandonedAfterMs } from '../time-limits.ts';
import type { Gateway, UsernameReservation } from './gateway.ts';
import { usernameKey } from './username.ts';

/** When to ask again while another request may be under way; it is likely to be over by then. */
const usualRetryMs = 5_000;

/**
 * Reserves a username of a tenant for an account, whatever replicas run beside this one. A reservation that a crash left
 * behind (no finished account, or one that has another name by now) is replaced after forty seconds. One of the account's
 * own is made anew: as old as it may be, somebody else could be replacing it at this moment.
 * @throws {ServiceError} 409 `username-taken` when another account of this tenant has the name, `change-in-progress`
 * when a request that may be under way has reserved it.
 */
export async function reserveUsername(
  gateway: Gateway,
  tenantId: string,
  username: string,
  accountId: string,
): Promise<void> {
  const reservation = { accountId, reservedAt: new Date().toISOString() };
  const earlier = await gateway.tryReserveUsername(tenantId, username, reservation);
  if (earlier === 'reserved') return;
  if (earlier === 'contended') throw inProgress(usualRetryMs);
  if (earlier.accountId !== accountId) await requireAbandoned(gateway, earlier, username);
  await gateway.releaseUsername(tenantId, username, earlier.accountId, earlier.reservedAt);
  const second = await gateway.tryReserveUsername(tenantId, username, reservation);
  if (second !== 'reserved') throw inProgress(usualRetryMs);
}

async function requireAbandoned(
  gateway: Gateway,
  reservation: UsernameReservation,
  username: string,
): Promise<void> {
  if (await isInUse(gateway, reservation, username)) throw taken();
  const ageMs = Date.now() - Date.parse(reservation.reservedAt);
  const remainingMs = usernameAbandonedAfterMs - ageMs;
  if (remainingMs > 0) throw inProgress(ageMs < requestMs ? usualRetryMs : remainingMs);
}

/** Whether the account that a username is reserved for is finished and has this username. */
async function isInUse(
  gateway: Gateway,
  { accountId }: UsernameReservation,
  username: string,
): Promise<boolean> {
  const account = await gateway.findAccount(accountId);
  if (account === undefined || account.unfinishedSince !== null) return false;
  return usernameKey(account.username) === usernameKey(username);
}

function taken(): ServiceError {
  const detail = 'Another service account of this tenant has this username.';
  return new ServiceError('username-taken', {
    detail,
    errors: [{ in: 'body', pointer: '/username', code: 'taken', detail }],
  });
}

function inProgress(retryAfterMs: number): ServiceError {
  const seconds = Math.ceil(retryAfterMs / 1000);
  return new ServiceError('change-in-progress', {
    detail: `Another request is reserving this username, or was interrupted while it did. Try again in ${seconds} s.`,
    headers: { 'retry-after': String(seconds) },
  });
}
