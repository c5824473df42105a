import { newClient } from '../../src/keycloak/accounts/account-representation.ts';
import { names } from '../../src/names.ts';
import { newAccount } from '../support/in-memory-keycloak.ts';
import type { Call, TestRealm } from './test-realm.ts';

/** Makes a client as the running service would, and throws at the first call that Keycloak refuses. */
export async function createAccount(realm: TestRealm, call: Call, tenant: string, roleNames: string[]) {
  const done = async (...request: Parameters<Call>) => {
    const answer = await call(...request);
    if (answer.status >= 400 && answer.status !== 409) {
      throw new Error(`${request[0]} ${request[1]}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    return answer.body;
  };
  const [api, tenants] = [await realm.uuidOf(names.apiClient), await realm.uuidOf(names.tenantsClient)];
  const account = newAccount({ tenantId: tenant });
  const { id, clientId, secret } = account;
  await done('POST', '/clients', newClient(account));
  await done('POST', `/clients/${tenants}/roles`, { name: tenant });
  const tenantRole = await done('GET', `/clients/${tenants}/roles/${tenant}`);
  const roles: { name: string }[] = await done('GET', `/clients/${api}/roles`);
  const granted = roles.filter(({ name }) => roleNames.includes(name));
  const { id: user } = await done('GET', `/clients/${id}/service-account-user`);
  await done('POST', `/users/${user}/role-mappings/clients/${api}`, granted);
  await done('POST', `/users/${user}/role-mappings/clients/${tenants}`, [tenantRole]);
  await done('POST', `/clients/${id}/scope-mappings/clients/${tenants}`, [tenantRole]);
  const grant = { grant_type: 'client_credentials', client_id: clientId, client_secret: secret };
  return { id, clientId, user, api, granted, tenantRole, token: () => realm.token(grant) };
}
