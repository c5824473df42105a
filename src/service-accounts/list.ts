import type { Mode } from '../permissions/catalogue.ts';
import { type Account, type AccountView, viewOf } from './account.ts';
import { isServiceAccountClientId } from './client-id.ts';
import { decodeCursor, encodeCursor, type Position } from './cursor.ts';
import type { Gateway } from './gateway.ts';
import { hasExpired } from './secret-expiry.ts';
import { usernameKey } from './username.ts';

export interface ListRequest {
  readonly search?: string | undefined;
  readonly mode?: Mode | undefined;
  /** `expired` are those active ones whose secret has ended. */
  readonly status?: 'active' | 'inactive' | 'expired' | undefined;
  /** RFC 3339: the accounts whose secret ends, or has ended, before. */
  readonly expiresBefore?: string | undefined;
  /** RFC 3339: the accounts whose secret ends, or has ended, after. */
  readonly expiresAfter?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface Page {
  readonly items: AccountView[];
  readonly nextCursor: string | null;
}

/** With a filter most of what is read is left out, so it is read in long stretches. */
const filteredStretch = 100;

/**
 * One page of the tenant's accounts, newest first. Going on with the cursor shows each account that existed all the
 * while exactly once, whatever was created or deleted in between.
 * @throws {ServiceError} 400 for a cursor of another list.
 */
export async function listServiceAccounts(
  gateway: Gateway,
  tenantId: string,
  request: ListRequest,
): Promise<Page> {
  const { search, mode, status, expiresBefore, expiresAfter, limit, cursor } = request;
  const ends = [expiresBefore, expiresAfter];
  const question = [tenantId, search, mode, status, ...(ends.some((end) => end !== undefined) ? ends : [])];
  const start = cursor === undefined ? { after: '', at: 0 } : decodeCursor(cursor, question);
  const isFiltered = [search, mode, status, ...ends].some((filter) => filter !== undefined);
  const stretch = isFiltered ? filteredStretch : limit + 2;

  const [catalogue, found] = await Promise.all([
    gateway.catalogue(),
    collect(gateway, tenantId, start, stretch, limit + 1, matcher(request)),
  ]);
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return {
    items: items.map(({ account }) => viewOf(account, catalogue)),
    nextCursor:
      found.length > limit && last !== undefined
        ? encodeCursor({ after: last.account.clientId, at: last.at }, question)
        : null,
  };
}

interface Found {
  readonly account: Account;
  readonly at: number;
}

/**
 * Up to `wanted` accounts behind `start` that match, each with a hint of where it stands. Keycloak pages by index
 * alone, and while this reads, new accounts come in front and deleted ones move the others to the front. So each
 * stretch begins with the last client of the one before: if it does not, some were missed. Going back by ever
 * longer steps keeps a made-up cursor from causing more than a few calls.
 */
async function collect(
  gateway: Gateway,
  tenantId: string,
  start: Position,
  stretch: number,
  wanted: number,
  matches: (account: Account) => boolean,
): Promise<Found[]> {
  const found: Found[] = [];
  let { after, at } = start;
  let back = stretch;
  for (;;) {
    const { accounts, clientIds } = await gateway.listAccounts(tenantId, at, stretch);
    if (at > 0 && startsBehind(after, clientIds)) {
      at = Math.max(0, at - back);
      back *= 2;
      continue;
    }
    for (const account of accounts) {
      if (account.clientId <= after || !matches(account)) continue;
      found.push({ account, at: at + clientIds.indexOf(account.clientId) });
    }
    if (found.length >= wanted || clientIds.length < stretch) return found.slice(0, wanted);
    const last = clientIds.findLast(isServiceAccountClientId);
    if (last !== undefined && last > after) after = last;
    at += clientIds.length - 1;
    back = stretch;
  }
}

/** Other clients are passed over: who knows how the database sorts their names. */
function startsBehind(after: string, clientIds: readonly string[]): boolean {
  const [head] = clientIds;
  return head === undefined || (isServiceAccountClientId(head) && head > after);
}

function matcher({
  search,
  mode,
  status,
  expiresBefore,
  expiresAfter,
}: ListRequest): (account: Account) => boolean {
  const wanted = search === undefined ? undefined : usernameKey(search.trim());
  return (account) => {
    if (mode !== undefined && account.mode !== mode) return false;
    if (status !== undefined && !hasStatus(account, status)) return false;
    if (expiresBefore !== undefined && !endsBefore(account, Date.parse(expiresBefore))) return false;
    if (expiresAfter !== undefined && !endsAfter(account, Date.parse(expiresAfter))) return false;
    if (wanted === undefined || wanted === '') return true;
    const texts = [account.username, account.description ?? ''].map(usernameKey);
    return account.clientId === wanted || texts.some((text) => text.includes(wanted));
  };
}

function hasStatus(account: Account, status: NonNullable<ListRequest['status']>): boolean {
  if (status === 'expired') return account.active && hasExpired(account);
  return account.active === (status === 'active');
}

const endsBefore = ({ secretExpiresAt }: Account, time: number): boolean =>
  secretExpiresAt !== null && Date.parse(secretExpiresAt) < time;

const endsAfter = ({ secretExpiresAt }: Account, time: number): boolean =>
  secretExpiresAt !== null && Date.parse(secretExpiresAt) > time;
