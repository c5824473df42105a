import { ServiceError } from '../errors.ts';
import type { Gateway, UsernameHolder } from '../keycloak/gateway.ts';
import { usernameKey } from './username.ts';

/** Six times what a request may take: whoever reserved a name longer ago is not about to use it. */
const abandonedAfterMs = 60_000;

/**
 * Takes a username of a tenant for an account, whatever replicas run beside this one. A reservation that a crash left
 * behind (no whole account, or one that bears another name by now) is taken over after a minute.
 * @throws {ServiceError} 409 when another account of this tenant has the name.
 */
export async function claimUsername(
  gateway: Gateway,
  tenantId: string,
  username: string,
  accountId: string,
): Promise<void> {
  const claim = { accountId, reservedAt: new Date().toISOString() };
  const holder = await gateway.reserveUsername(tenantId, username, claim);
  if (holder === 'reserved' || holder.accountId === accountId) return;
  if (!(await isAbandoned(gateway, holder, username))) throw taken();
  await gateway.releaseUsername(tenantId, username, holder.accountId, holder.reservedAt);
  const second = await gateway.reserveUsername(tenantId, username, claim);
  if (second !== 'reserved') throw taken();
}

async function isAbandoned(gateway: Gateway, holder: UsernameHolder, username: string): Promise<boolean> {
  if (Date.now() - Date.parse(holder.reservedAt) < abandonedAfterMs) return false;
  const account = await gateway.findAccount(holder.accountId);
  if (account === undefined || account.unfinishedSince !== null) return true;
  return usernameKey(account.username) !== usernameKey(username);
}

function taken(): ServiceError {
  const detail = 'Another service account of this tenant has this username.';
  return new ServiceError('username-taken', {
    detail,
    errors: [{ in: 'body', pointer: '/username', code: 'taken', detail }],
  });
}
