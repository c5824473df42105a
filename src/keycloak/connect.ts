import { Agent } from 'undici';
import type { CheckReadiness } from '../http/health.ts';
import type { KeycloakCallObserver } from '../observability/keycloak-call-observer.ts';
import type { AccountTotals } from '../observability/metrics.ts';
import type { ConnectGateway } from '../service-accounts/gateway.ts';
import { lockLeaseMs } from '../time-limits.ts';
import type { SweepTargets } from '../upkeep/sweep-targets.ts';
import { keycloakGateway } from './accounts/keycloak-gateway.ts';
import { createLockSlots } from './accounts/lock-slots.ts';
import { createRealmObjects } from './accounts/realm-objects.ts';
import { createAdminApi } from './calls/admin-api.ts';
import type { ClientCredential } from './calls/client-authentication.ts';
import { createResilience } from './calls/resilience.ts';
import { createTokenProvider } from './calls/token-provider.ts';
import { countAccounts } from './realm/count-accounts.ts';
import { readinessCheck } from './realm/readiness.ts';
import { sweepTargets } from './realm/sweep-targets.ts';

export interface KeycloakSettings {
  /** Keycloak as the service reaches it. */
  readonly internalUrl: string;
  /** The realm as the world sees it. */
  readonly issuer: string;
  readonly realm: string;
  readonly clientId: string;
  readonly credential: ClientCredential;
  /** What a single call may take. */
  readonly callTimeoutMs: number;
  /** After which a lock that was not given back counts as abandoned; by default that of time-limits.ts. */
  readonly lockLeaseMs?: number;
  /** How many nodes Keycloak has; one unless given. With more, no change goes by what a node's caches hold. */
  readonly nodes?: number;
}

export interface KeycloakConnection {
  readonly connectGateway: ConnectGateway;
  readonly checkReadiness: CheckReadiness;
  readonly countAccounts: () => Promise<AccountTotals>;
  readonly sweepTargets: SweepTargets;
  close(): Promise<void>;
}

const maxConnections = 64;

/** Everything that talks to Keycloak's Admin API, over one pool of connections. Opens none before the first call. */
export function connectKeycloak(
  settings: KeycloakSettings,
  onFailure: (error: unknown) => void,
  observe?: KeycloakCallObserver,
): KeycloakConnection {
  const { internalUrl: baseUrl, issuer, realm: realmName, clientId, credential, callTimeoutMs } = settings;
  const agent = new Agent({ connections: maxConnections, connect: { timeout: callTimeoutMs } });
  const resilience = createResilience();
  const tokens = createTokenProvider(
    agent,
    resilience,
    { baseUrl, issuer, realm: realmName, clientId, credential },
    callTimeoutMs,
    observe,
  );
  const api = createAdminApi(
    agent,
    tokens,
    resilience,
    { baseUrl, realm: realmName, callTimeoutMs },
    observe,
  );
  const realm = createRealmObjects(api, callTimeoutMs);
  const slots = createLockSlots(settings.lockLeaseMs ?? lockLeaseMs);
  return {
    connectGateway: keycloakGateway(api, realm, slots, tokens.lifeMs, settings.nodes),
    countAccounts: () => countAccounts(api, realm, callTimeoutMs),
    checkReadiness: readinessCheck(api, tokens, realm, callTimeoutMs, onFailure, settings.nodes),
    sweepTargets: sweepTargets(api, realm, callTimeoutMs),
    close: () => agent.close(),
  };
}
