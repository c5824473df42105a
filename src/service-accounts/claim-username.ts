import { ServiceError } from '../errors.ts';
import type { Gateway, UsernameHolder } from './gateway.ts';
import { usernameKey } from './username.ts';

/** Four times what a request may take: whoever reserved a name longer ago will not use it any more. */
const abandonedAfterMs = 40_000;
/** After which a request is over, or has crashed. */
const requestMs = 10_000;
/** When to ask again while another request may be under way; it is likely to be over by then. */
const usualRetryMs = 5_000;

/**
 * Takes a username of a tenant for an account, whatever replicas run beside this one. A reservation that a crash left
 * behind (no whole account, or one that bears another name by now) is taken over after forty seconds. One of the account's
 * own is made anew: as old as it may be, somebody else could be taking it over at this moment.
 * @throws {ServiceError} 409 `username-taken` when another account of this tenant has the name, `change-in-progress`
 * when a request that may be under way has reserved it.
 */
export async function claimUsername(
  gateway: Gateway,
  tenantId: string,
  username: string,
  accountId: string,
): Promise<void> {
  const claim = { accountId, reservedAt: new Date().toISOString() };
  const holder = await gateway.reserveUsername(tenantId, username, claim);
  if (holder === 'reserved') return;
  if (holder === 'contended') throw inProgress(usualRetryMs);
  if (holder.accountId !== accountId) await requireAbandoned(gateway, holder, username);
  await gateway.releaseUsername(tenantId, username, holder.accountId, holder.reservedAt);
  const second = await gateway.reserveUsername(tenantId, username, claim);
  if (second !== 'reserved') throw inProgress(usualRetryMs);
}

async function requireAbandoned(gateway: Gateway, holder: UsernameHolder, username: string): Promise<void> {
  if (await bears(gateway, holder, username)) throw taken();
  const ageMs = Date.now() - Date.parse(holder.reservedAt);
  const remainingMs = abandonedAfterMs - ageMs;
  if (remainingMs > 0) throw inProgress(ageMs < requestMs ? usualRetryMs : remainingMs);
}

/** Whether the account that a username is reserved for is whole and goes by it. */
async function bears(gateway: Gateway, { accountId }: UsernameHolder, username: string): Promise<boolean> {
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
    detail: `Another request is taking this username, or broke off while it was. Try again in ${seconds} s.`,
    headers: { 'retry-after': String(seconds) },
  });
}
