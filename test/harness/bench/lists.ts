import { clientAttributes, names } from '../../../src/names.ts';
import type { LiveRealm } from '../../support/live-realm.ts';
import { type AdminAccess, openAdminCalls } from './admin-calls.ts';
import { measuredTenant, pageSize } from './contestant.ts';
import { median } from './keycloak/load.ts';

/** What the call behind a list of 20 takes Keycloak, in ms at the median, by whose credential it is made. */
export interface Lists {
  /** Of a tenant that is asked for all the time. */
  readonly hot: Readonly<Record<Credential, number>>;
  /** Each of another tenant that nobody has asked for before; undefined where there are too few. */
  readonly cold: Readonly<Record<Credential, number>> | undefined;
}

/** The service's own, which fine-grained permissions limit, or one that may do everything in the realm. */
type Credential = 'service' | 'realm-admin';

const credentials = ['service', 'realm-admin'] as const;
const timesListed = 100;

/**
 * Measures lists by both credentials in turns.
 * @param admin the credential of a client that may do everything in the realm
 * @param tenants of which nobody has asked for the accounts yet
 */
export async function measureLists(
  { url, name, secret }: Pick<LiveRealm, 'url' | 'name' | 'secret'>,
  admin: Pick<AdminAccess, 'clientId' | 'secret'>,
  tenants: readonly string[],
): Promise<Lists> {
  await using opened = new AsyncDisposableStack();
  const access = { url, realm: name };
  const calls = {
    service: opened.use(openAdminCalls({ ...access, clientId: names.serviceClient, secret })),
    'realm-admin': opened.use(openAdminCalls({ ...access, ...admin })),
  };

  async function measure(tenantOf: (index: number) => string): Promise<Record<Credential, number>> {
    const durations: Record<Credential, number[]> = { service: [], 'realm-admin': [] };
    for (let index = 0; index < timesListed * credentials.length; index += 1) {
      const credential = credentials[index % credentials.length] ?? 'service';
      const path = `/clients?q=${clientAttributes.tenant}:${tenantOf(index)}&first=0&max=${pageSize + 1}`;
      const startedAt = performance.now();
      await calls[credential].call('GET', path);
      durations[credential].push(performance.now() - startedAt);
    }
    return { service: median(durations.service), 'realm-admin': median(durations['realm-admin']) };
  }

  // So that both have their token, and the accounts are in Keycloak's cache.
  await measure(() => measuredTenant);
  const hot = await measure(() => measuredTenant);
  const apart = Math.floor(tenants.length / (timesListed * credentials.length));
  const cold = apart === 0 ? undefined : await measure((index) => tenants[index * apart] ?? '');
  return { hot, cold };
}
