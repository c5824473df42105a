import type { ConnectGateway, Gateway } from '../../service-accounts/gateway.ts';
import { cleanupMs, requestWorkMs } from '../../time-limits.ts';
import type { AdminApi } from '../calls/admin-api.ts';
import { boundCalls } from '../calls/bound-calls.ts';
import { waitWithin } from '../calls/deadline.ts';
import { createSendFence, type SendFence } from '../calls/send-fence.ts';
import { accountClients } from './account-clients.ts';
import { accountRoles } from './account-roles.ts';
import type { LockSlots } from './lock-slots.ts';
import { accountLocks } from './locks.ts';
import { createReadFence, type ReadFence } from './read-fence.ts';
import { catalogueAge, type RealmObjects } from './realm-objects.ts';
import { revocations } from './revocations.ts';
import { tenantRoles } from './tenant-roles.ts';
import { usernameReservations } from './usernames.ts';

/**
 * The gateway to a real Keycloak. `realm` and `slots` are shared by all requests, the rest is made for each.
 * @param tokenLifeMs how long the access tokens of the realm live
 * @param nodes how many nodes Keycloak has
 */
export function keycloakGateway(
  api: AdminApi,
  realm: RealmObjects,
  slots: LockSlots,
  tokenLifeMs: () => number,
  nodes = 1,
): ConnectGateway {
  return ({ signal }) => {
    const startedAt = performance.now();
    let cleanup: AbortSignal | undefined;
    // One for all that a request has to undo, so that it is answered in time however much that is.
    const untilCleanedUp = () => {
      const leftMs = requestWorkMs + cleanupMs - (performance.now() - startedAt);
      cleanup ??= AbortSignal.timeout(Math.max(0, Math.ceil(leftMs)));
      return cleanup;
    };
    const fences = { sending: createSendFence(), reading: createReadFence(nodes) };
    return bind({ api, shared: realm, slots, tokenLifeMs }, { signal, untilCleanedUp }, fences);
  };
}

interface Shared {
  readonly api: AdminApi;
  readonly shared: RealmObjects;
  readonly slots: LockSlots;
  readonly tokenLifeMs: () => number;
}

function bind(
  all: Shared,
  { signal, untilCleanedUp }: { readonly signal: AbortSignal; readonly untilCleanedUp: () => AbortSignal },
  fences: { readonly sending: SendFence; readonly reading: ReadFence },
): Gateway {
  const { api, shared, slots, tokenLifeMs } = all;
  const realm = boundRealm(shared, signal);
  const calls = boundCalls(api, signal, fences.sending);
  const clients = accountClients(calls, realm, fences.reading);
  const { ensureTenantRole, ...tenants } = tenantRoles(calls, realm, fences.reading);
  return {
    ...clients,
    ...tenants,
    ...accountRoles(calls, realm, { ensureTenantRole }, clients, fences.reading),
    ...usernameReservations(calls, realm),
    ...accountLocks(calls, realm, slots, fences.reading),
    ...revocations(calls, realm, tokenLifeMs),
    catalogue: async (options) =>
      (await realm.catalogue(options?.fresh ? catalogueAge.fresh : catalogueAge.usual)).catalogue,
    canRotateSecrets: () => realm.canRotateSecrets(),
    forCleanup: () => bind(all, { signal: untilCleanedUp(), untilCleanedUp }, fences),
  };
}

/** What is looked up for all requests at once, with this request waiting no longer than it may. */
function boundRealm(shared: RealmObjects, signal: AbortSignal): RealmObjects {
  return {
    ...shared,
    clientUuid: (clientId) => waitWithin(signal, shared.clientUuid(clientId)),
    catalogue: (maxAgeMs) => waitWithin(signal, shared.catalogue(maxAgeMs)),
    canRotateSecrets: () => waitWithin(signal, shared.canRotateSecrets()),
  };
}
