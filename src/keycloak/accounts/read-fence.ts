import { setTimeout as pause } from 'node:timers/promises';
import { keycloakUnavailable } from '../../errors.ts';
import type { Account } from '../../service-accounts/account.ts';
import { KeycloakFailure } from '../calls/failures.ts';

const tries = 20;
const pauseMs = 25;

/** An account whose lock this request holds. */
export interface HeldAccount {
  readonly tenantId: string;
  /** What a read has to show in order to count; undefined until it was written. */
  nonce: string | undefined;
  /** As such a read showed it. */
  account: Account | undefined;
  /** Whether the database has the fence role mapped to its user; undefined while that is not known. */
  hasFenceRole: boolean | undefined;
  /** Takes that role away again. Never fails. */
  removeFenceRole: () => Promise<void>;
}

/**
 * What a request has read under a lock, where Keycloak has several nodes: each has caches, and one that is cut off from
 * the others, or was frozen, reads what is no longer so (docs/how-it-works.md#the-fence-on-reading). With one node
 * nothing is held, and everything is read as it is.
 */
export interface ReadFence {
  readonly isNeeded: boolean;
  /** Begins with the account's lock. */
  hold(tenantId: string, id: string): void;
  held(id: string): HeldAccount | undefined;
  /** Ends before the lock does. Never fails. */
  letGo(id: string): Promise<void>;
}

/** A fence for one request; `nodes` is how many Keycloak has. */
export function createReadFence(nodes: number): ReadFence {
  const accounts = new Map<string, HeldAccount>();
  const isNeeded = nodes > 1;
  return {
    isNeeded,
    hold(tenantId, id) {
      if (!isNeeded) return;
      const removeFenceRole = async () => undefined;
      accounts.set(id, {
        tenantId,
        nonce: undefined,
        account: undefined,
        hasFenceRole: undefined,
        removeFenceRole,
      });
    },
    held: (id) => accounts.get(id),
    async letGo(id) {
      const held = accounts.get(id);
      accounts.delete(id);
      if (held?.hasFenceRole) await held.removeFenceRole();
    },
  };
}

/**
 * Looks until something current is seen: twenty times, 25 ms apart.
 * @param look returns undefined for what is not current
 * @throws {ServiceError} 503 when nothing current is seen, or the request's time is over
 */
export async function untilCurrent<Seen extends {}>(
  signal: AbortSignal,
  operation: string,
  look: () => Promise<Seen | undefined>,
): Promise<Seen> {
  for (let left = tries; ; left--) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (left <= 1) {
      throw keycloakUnavailable(
        new KeycloakFailure(operation, { upstream: 'a node reads what is no longer so' }),
      );
    }
    await pause(pauseMs, undefined, { signal }).catch((cause) => {
      throw keycloakUnavailable(new KeycloakFailure(operation, { cause }));
    });
  }
}
