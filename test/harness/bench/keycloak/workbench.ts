import { randomBytes } from 'node:crypto';
import { Problem } from '../../../../dev/problem.ts';
import { clientAttributes, names } from '../../../../src/names.ts';
import type { LiveRealm } from '../../../support/live-realm.ts';
import { openLaboratory } from '../../laboratory.ts';
import { startReplica } from '../../replica.ts';
import { openAdminCalls } from '../admin-calls.ts';
import { grantedPermissions, measuredTenant, pageSize } from '../contestant.ts';
import { fillWithAccounts } from '../fill.ts';
import { newMeasuredClient } from '../new-client.ts';
import { makeRealmAdmin } from '../realm-admin.ts';
import { timeRequests } from './load.ts';
import type { Size } from './size.ts';
import { requestTokens, type TokenClient } from './token-rate.ts';

/** What the image's Keycloak takes of the 1500 MB that docker-compose.yml gives it: half at once, and 70% at most. */
export const shippedHeap = '-Xms750m -Xmx1050m';

const ownAccounts = 400;
const accountsOfOtherTenants = 100;
const accountsToDelete = 3_000;
/** Loaded but not counted by default, so that only the part about statements pays for counting. */
const databaseSettings = [
  'shared_preload_libraries=pg_stat_statements',
  'pg_stat_statements.track=none',
  'pg_stat_statements.track_utility=off',
];

/** A Keycloak on one database full of accounts, which is started again with other settings for each measurement. */
export async function openWorkbench(size: Size) {
  await using opened = new AsyncDisposableStack();
  const laboratory = opened.use(await openLaboratory('bench-keycloak', databaseSettings));
  const { realm, database, keycloak } = laboratory;
  const account = await makeAccount(laboratory);
  const [row] = await database.query<{ client_id: string; secret: string }>(
    `select client_id, secret from client where id = '${account}'`,
  );
  if (row === undefined) throw new Error(`there is no client ${account}`);
  const stockClient = await makeStockClient(realm);
  const asTokenClient = (one: { client_id: string; secret: string }): TokenClient => ({
    tokenUrl: realm.tokenUrl,
    clientId: one.client_id,
    secret: one.secret,
  });

  console.log(`Adding ${size.accounts} accounts…`);
  const tenants = Array.from(
    { length: Math.ceil(size.accounts / accountsOfOtherTenants) },
    (_, index) => `tenant-${index}`,
  );
  const fill = (count: number, of: readonly string[]) =>
    fillWithAccounts(database, { templateId: account, count, tenants: of, realm: realm.name });
  await fill(size.accounts, tenants);
  const subjects = await fill(ownAccounts, [measuredTenant]);
  const leaving = await fill(accountsToDelete, ['leaving']);

  const filled = await database.query<{ client_id: string; secret: string }>(
    `select client_id, secret from client where client_id like 'orki-sa-%' and id <> '${account}' order by id`,
  );
  const access = { url: realm.url, realm: realm.name };
  const service = opened.use(
    openAdminCalls({ ...access, clientId: names.serviceClient, secret: realm.secret }),
  );
  const realmAdmin = opened.use(openAdminCalls({ ...access, ...(await makeRealmAdmin(realm)) }));
  const everything = opened.move();

  const listOf = (tenant: string, first: number, max: number) =>
    `/clients?q=${clientAttributes.tenant}:${tenant}&first=${first}&max=${max}`;
  const workbench = {
    realm,
    database,
    keycloak,
    size,
    /** The id of the account that the service made. */
    account,
    /** That account at the token URL. */
    ownClient: asTokenClient(row),
    /** All other accounts there. */
    others: filled.map(asTokenClient) as [TokenClient, ...TokenClient[]],
    /** A client with a service account in a realm with nothing but Keycloak's defaults. */
    stockClient,
    /** Tenants with a hundred accounts each. */
    tenants,
    /** Calls as the service's own client, which fine-grained permissions limit. */
    service,
    /** Calls as a client that may do everything in the realm. */
    realmAdmin,
    /** A list of 20, and of one more that says whether there is a next page. */
    list: (tenant: string, calls = service) => calls.call('GET', listOf(tenant, 0, pageSize + 1)),
    get: (index: number) => service.call('GET', `/clients/${subjectOf(index)}`),
    put: (index: number) =>
      service.call('PUT', `/clients/${subjectOf(index)}`, {
        attributes: { [clientAttributes.description]: randomBytes(8).toString('hex') },
      }),
    create: () => {
      const username = `bench-${randomBytes(6).toString('hex')}`;
      return service.call('POST', '/clients', newMeasuredClient(username).representation);
    },
    /** Deletes an account of a tenant that is measured for nothing else. */
    delete: () => {
      const id = leaving.pop();
      if (id === undefined)
        throw new Problem('All accounts that could be deleted are gone; take fewer rounds.');
      return service.call('DELETE', `/clients/${id}`);
    },
    /** Has Keycloak read every account of so many tenants once, as it does over days. */
    readEverything: (count = tenants.length) =>
      timeRequests(Math.min(count, tenants.length), 4, (index) =>
        realmAdmin.call('GET', listOf(tenants[index] ?? '', 0, accountsOfOtherTenants)),
      ),
    /** Stops Keycloak, starts it with these settings beside those that are shipped, and warms it up. */
    async restart(env: Readonly<Record<string, string>> = {}): Promise<void> {
      await keycloak.kill();
      await keycloak.start({ JAVA_OPTS_KC_HEAP: shippedHeap, ...env });
      service.forgetToken();
      realmAdmin.forgetToken();
      await requestTokens(workbench.ownClient, { count: size.warmUp, concurrency: 8 });
      await timeRequests(size.warmUp / 20, 2, async (index) => {
        await workbench.list(measuredTenant);
        await workbench.get(index);
        await workbench.put(index);
      });
    },
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
  const subjectOf = (index: number) => subjects[index % subjects.length] ?? '';
  return workbench;
}

export type Workbench = Awaited<ReturnType<typeof openWorkbench>>;

/** The id of an account that the service itself made. */
async function makeAccount(laboratory: Parameters<typeof startReplica>[0]): Promise<string> {
  await using replica = await startReplica(laboratory, 'bench-keycloak');
  const body = { username: 'template', mode: 'custom', permissions: grantedPermissions };
  const made = await replica.request({ method: 'POST', body });
  if (made.status !== 201) throw new Error(`no account: ${made.status} ${made.text}`);
  return made.body.id;
}

async function makeStockClient(realm: LiveRealm): Promise<TokenClient> {
  const { keycloak } = realm.target;
  const name = `${realm.name}-stock`;
  const secret = randomBytes(32).toString('base64url');
  await keycloak.realms.create({ realm: name, enabled: true });
  await keycloak.clients.create({
    realm: name,
    clientId: 'stock',
    publicClient: false,
    serviceAccountsEnabled: true,
    secret,
  });
  const tokenUrl = `${realm.url}/realms/${name}/protocol/openid-connect/token`;
  return { tokenUrl, clientId: 'stock', secret };
}
