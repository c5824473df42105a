import type { Gateway } from '../keycloak/gateway.ts';
import type { Mode } from '../permissions/catalogue.ts';
import { type Account, type AccountView, viewOf } from './account.ts';
import { decodeCursor, encodeCursor, type Position } from './cursor.ts';
import { usernameKey } from './username.ts';

export interface ListRequest {
  readonly search?: string | undefined;
  readonly mode?: Mode | undefined;
  readonly status?: 'active' | 'inactive' | undefined;
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
  const { search, mode, status, limit, cursor } = request;
  const question = [tenantId, search, mode, status];
  const start = cursor === undefined ? undefined : decodeCursor(cursor, question);
  const isFiltered = search !== undefined || mode !== undefined || status !== undefined;
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

/** Up to `wanted` accounts behind `start` that match, each with a hint of where it stands. */
async function collect(
  gateway: Gateway,
  tenantId: string,
  start: Position | undefined,
  stretch: number,
  wanted: number,
  matches: (account: Account) => boolean,
): Promise<Found[]> {
  const found: Found[] = [];
  let first = start === undefined ? 0 : await startOf(gateway, tenantId, start, stretch);
  for (;;) {
    const { accounts, read } = await gateway.listAccounts(tenantId, first, stretch);
    for (const [index, account] of accounts.entries()) {
      const isBehind = start === undefined || account.clientId > start.after;
      if (isBehind && matches(account)) found.push({ account, at: first + index });
    }
    if (found.length >= wanted || read < stretch) return found.slice(0, wanted);
    first += read;
  }
}

/**
 * An index at or before the one that follows `start`. Keycloak pages by index alone, and deletions move what follows
 * to the front; new accounts come in front and move it back, which reading on from here finds by itself.
 */
async function startOf(
  gateway: Gateway,
  tenantId: string,
  start: Position,
  stretch: number,
): Promise<number> {
  let first = start.at;
  while (first > 0) {
    const { accounts } = await gateway.listAccounts(tenantId, first, 1);
    const [account] = accounts;
    if (account !== undefined && account.clientId <= start.after) return first;
    first = Math.max(0, first - stretch);
  }
  return 0;
}

function matcher({ search, mode, status }: ListRequest): (account: Account) => boolean {
  const wanted = search === undefined ? undefined : usernameKey(search.trim());
  return (account) => {
    if (mode !== undefined && account.mode !== mode) return false;
    if (status !== undefined && account.active !== (status === 'active')) return false;
    if (wanted === undefined || wanted === '') return true;
    const texts = [account.username, account.description ?? ''].map(usernameKey);
    return account.clientId === wanted || texts.some((text) => text.includes(wanted));
  };
}
