import { names } from '../../src/names.ts';
import { inOneOrder } from '../provisioning/snapshot.ts';
import { keyOfTheRealm } from './forged-tokens.ts';
import { startProxy } from './live-proxy.ts';
import { type LiveRealm, liveRealm, type PersonName } from './live-realm.ts';
import { startService } from './live-service.ts';

let house: ReturnType<typeof build> | undefined;

/** The realm and the services that all files of attacks share, made by the first that asks. */
export function attackedHouse() {
  house ??= build();
  return house;
}

async function build() {
  const realm = await liveRealm('attacked');
  const forge = await keyOfTheRealm(realm);
  // They are made when first asked for, which would look like something that an attack has changed.
  const callers = ['admin', 'agent', 'viewer', 'writer', 'agentWriter', 'globexAdmin'] as const;
  await Promise.all(callers.map((person) => realm.tokenOf(person)));
  // Every call to Keycloak goes through here and can be counted.
  const proxy = await startProxy(realm.url);
  const service = await startService(realm, { internalUrl: proxy.url });
  let accounts = 0;
  return {
    ...service,
    realm,
    forge,
    proxy,
    /** An account of an administrator's making, by default acme's and in mode admin. */
    async victim(body: object = {}, as: PersonName = 'admin', tenantId = 'acme') {
      accounts += 1;
      const path = `/${tenantId}/service-accounts`;
      const username = `Victim ${accounts}`;
      const answer = await service.request({
        as,
        method: 'POST',
        path,
        body: { username, mode: 'admin', ...body },
      });
      if (answer.status !== 201) throw new Error(`not created: ${answer.text}`);
      return answer.body as Record<
        'id' | 'clientId' | 'clientSecret' | 'secretCreatedAt' | 'username',
        string
      >;
    },
    /** All clients with their secrets and attributes, and what is kept for usernames and tenants. */
    state: () => stateOf(realm),
  };
}

export type AttackedHouse = Awaited<ReturnType<typeof build>>;

async function stateOf({ admin, uuidOf }: LiveRealm) {
  const get = async (path: string) => (await admin('GET', path)).body;
  const [usernames, tenants] = [await uuidOf(names.usernamesClient), await uuidOf(names.tenantsClient)];
  return inOneOrder({
    clients: await get('/clients?max=10000'),
    usernames: await get(`/clients/${usernames}/roles?briefRepresentation=false&max=10000`),
    tenants: await get(`/clients/${tenants}/roles?briefRepresentation=false&max=10000`),
    people: await get('/users?max=1000&briefRepresentation=false'),
  });
}

/** Every call that names one account, with a body where one is needed. */
export function everyCallOn(path: string) {
  return [
    { path },
    { path: `${path}/history` },
    { path, method: 'PATCH', body: { description: 'changed' } },
    { path, method: 'PATCH', body: { mode: 'agent' } },
    { path: `${path}/regenerate-secret`, method: 'POST' },
    { path: `${path}/regenerate-secret`, method: 'POST', body: { overlapSeconds: 600 } },
    { path: `${path}/previous-secret`, method: 'DELETE' },
    { path: `${path}/activate`, method: 'POST' },
    { path: `${path}/deactivate`, method: 'POST' },
    { path: `${path}/revoke-tokens`, method: 'POST' },
    { path, method: 'DELETE' },
  ];
}
