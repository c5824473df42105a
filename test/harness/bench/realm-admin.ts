import { randomBytes } from 'node:crypto';
import { names } from '../../../src/names.ts';
import type { LiveRealm } from '../../support/live-realm.ts';

/** Makes a client that may do everything in the realm, and returns its credential. */
export async function makeRealmAdmin(realm: LiveRealm) {
  const clientId = 'bench-realm-admin';
  const secret = randomBytes(32).toString('base64url');
  await realm.admin('POST', '/clients', {
    clientId,
    secret,
    serviceAccountsEnabled: true,
    // As the service's own client, so that the two differ in their permissions alone.
    attributes: { 'access.token.signed.response.alg': 'RS256' },
  });
  const { body: user } = await realm.admin(
    'GET',
    `/clients/${await realm.uuidOf(clientId)}/service-account-user`,
  );
  const path = `/users/${user.id}/role-mappings/clients/${await realm.uuidOf(names.managementClient)}`;
  const roles = await realm.clientRoles(names.managementClient, 'realm-admin');
  const { status } = await realm.admin('POST', path, roles);
  if (status !== 204) throw new Error(`no realm-admin for ${clientId}: ${status}`);
  return { clientId, secret };
}
