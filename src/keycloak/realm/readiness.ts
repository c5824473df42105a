import { keycloakUnavailable, ServiceError } from '../../errors.ts';
import type { CheckReadiness } from '../../http/health.ts';
import { names, searchableAttributes } from '../../names.ts';
import type { RealmObjects } from '../accounts/realm-objects.ts';
import type { AdminApi } from '../calls/admin-api.ts';
import { KeycloakFailure } from '../calls/failures.ts';
import type { TokenProvider } from '../calls/token-cache.ts';
import { requireLeastRights } from './least-rights.ts';

const checkedForMs = 2_000;
const secretRotation =
  "overlap of secrets: Keycloak's option --features=client-secret-rotation, or its client policy (provision again)";

/**
 * Looks for what the service can't work without: its own credentials, the clients and the catalogue that provisioning
 * makes, and a Keycloak that was started with the attributes searchable that it searches for; and for rights that it should not have.
 * What it found is kept for two seconds, so that nobody loads Keycloak by asking /readyz.
 * @param onFailure gets what was found missing, for the log
 * @param nodes how many nodes Keycloak has
 */
export function readinessCheck(
  api: AdminApi,
  tokens: TokenProvider,
  realm: RealmObjects,
  callTimeoutMs: number,
  onFailure: (error: unknown) => void,
  nodes = 1,
): CheckReadiness {
  let wasProvisioned = false;
  let latest: ReturnType<CheckReadiness> | undefined;

  const search = () =>
    api(
      {
        operation: 'check search',
        method: 'GET',
        path: '/clients',
        query: { q: searchableAttributes.map((name) => `${name}:-`).join(' '), max: 1 },
      },
      AbortSignal.timeout(callTimeoutMs),
    );
  async function leastRights(): Promise<void> {
    const token = await tokens.token();
    try {
      requireLeastRights(token);
    } catch (error) {
      // So that the next look is at a token that knows what an administrator has repaired since.
      tokens.discard(token);
      throw error;
    }
  }
  async function fenceRole(): Promise<void> {
    const { roles } = await realm.catalogue(checkedForMs);
    if (roles.has(names.fenceRole)) return;
    const upstream = 'not there: run the provisioning';
    throw keycloakUnavailable(new KeycloakFailure(`find role ${names.fenceRole}`, { upstream }));
  }
  const requirements: Record<string, () => Promise<unknown>> = {
    "the least rights for the service's own client": leastRights,
    [`client ${names.tenantsClient}`]: () => realm.clientUuid(names.tenantsClient),
    [`client ${names.usernamesClient}`]: () => realm.clientUuid(names.usernamesClient),
    [`client ${names.locksClient}`]: () => realm.clientUuid(names.locksClient),
    'the permission catalogue': () => realm.catalogue(checkedForMs),
    ...(nodes > 1 && { [`role ${names.fenceRole} of ${names.apiClient}`]: fenceRole }),
    [`Keycloak's option searchable-attributes with ${searchableAttributes.join(' and ')}`]: search,
  };

  async function unavailableFeatures(): Promise<string[]> {
    try {
      return (await realm.canRotateSecrets()) ? [] : [secretRotation];
    } catch (error) {
      onFailure(error);
      return [];
    }
  }

  async function check(): ReturnType<CheckReadiness> {
    const found = await Promise.allSettled(Object.values(requirements).map((look) => look()));
    const failures = found.flatMap((result, index) =>
      result.status === 'rejected'
        ? [{ name: Object.keys(requirements)[index] ?? '', error: result.reason }]
        : [],
    );
    for (const { error } of failures) onFailure(error);
    if (failures.some(({ error }) => isUnreachable(error))) {
      return { keycloak: 'down', provisioned: wasProvisioned, missing: [], unavailable: [] };
    }
    wasProvisioned = failures.length === 0;
    const unavailable = await unavailableFeatures();
    if (wasProvisioned) return { keycloak: 'up', provisioned: true, missing: [], unavailable };
    const missing = failures.map(({ name }) => name);
    return { keycloak: 'up', provisioned: false, missing, unavailable };
  }

  return () => {
    if (latest === undefined) {
      latest = check();
      setTimeout(() => {
        latest = undefined;
      }, checkedForMs).unref();
    }
    return latest;
  };
}

/** Whether Keycloak gave no answer at all, or one that is its own failure. */
function isUnreachable(error: unknown): boolean {
  const failure = error instanceof ServiceError ? error.cause : undefined;
  if (!(failure instanceof KeycloakFailure)) return false;
  return failure.status === undefined ? failure.upstream === undefined : failure.status >= 500;
}
