import type { ConnectGateway, Gateway } from '../../service-accounts/gateway.ts';
import type { AdminApi } from '../calls/admin-api.ts';
import { boundCalls, type SendLimit } from '../calls/bound-calls.ts';
import { until } from '../calls/deadline.ts';
import { accountClients } from './account-clients.ts';
import { accountRoles } from './account-roles.ts';
import type { LockSlots } from './lock-slots.ts';
import { accountLocks } from './locks.ts';
import { catalogueAge, type RealmObjects } from './realm-objects.ts';
import { usernameReservations } from './usernames.ts';

const cleanupMs = 2_000;

/** The gateway to a real Keycloak. `realm` and `slots` are shared by all requests, the rest is made for each. */
export function keycloakGateway(api: AdminApi, realm: RealmObjects, slots: LockSlots): ConnectGateway {
  return ({ signal }) => bind(api, realm, slots, signal);
}

function bind(
  api: AdminApi,
  shared: RealmObjects,
  slots: LockSlots,
  signal: AbortSignal,
  limit?: SendLimit,
): Gateway {
  const realm = boundRealm(shared, signal);
  const calls = boundCalls(api, signal, limit);
  return {
    ...accountClients(calls, realm),
    ...accountRoles(calls, realm),
    ...usernameReservations(calls, realm),
    ...accountLocks(calls, realm, slots),
    catalogue: async (options) =>
      (await realm.catalogue(options?.fresh ? catalogueAge.fresh : catalogueAge.usual)).catalogue,
    forCleanup: () => bind(api, shared, slots, AbortSignal.timeout(cleanupMs), calls.limit),
  };
}

/** What is looked up for all requests at once, with this request waiting no longer than it may. */
function boundRealm(shared: RealmObjects, signal: AbortSignal): RealmObjects {
  return {
    ...shared,
    clientUuid: (clientId) => until(signal, shared.clientUuid(clientId)),
    catalogue: (maxAgeMs) => until(signal, shared.catalogue(maxAgeMs)),
  };
}
