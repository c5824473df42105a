import { isDeepStrictEqual } from 'node:util';
import { Problem } from '../../../dev/problem.ts';
import { clientAttributes } from '../../../src/names.ts';
import type { LiveRealm } from '../../support/live-realm.ts';

/** What differs between any two accounts. */
const ownAttributes = [
  clientAttributes.tenant,
  clientAttributes.username,
  clientAttributes.createdAt,
  clientAttributes.updatedAt,
  clientAttributes.secretCreatedAt,
];

/**
 * Compares an account that was copied with the one that the service made, as Keycloak shows both.
 * @throws {Problem} when a copy is not what the service would have made, so that measuring it would say nothing
 */
export async function checkCopy(realm: LiveRealm, templateId: string, copyId: string): Promise<void> {
  const [template, copy] = await Promise.all([templateId, copyId].map((id) => comparable(realm, id)));
  if (isDeepStrictEqual(template, copy)) return;
  throw new Problem(
    `A copied account differs from one that the service made:\n${JSON.stringify({ template, copy }, null, 2)}`,
  );
}

async function comparable(realm: LiveRealm, id: string) {
  const found = await realm.inKeycloak(id);
  if (found === undefined) throw new Problem(`Keycloak does not have the account ${id}.`);
  const { id: _id, clientId, name: _name, secret: _secret, attributes, ...client } = found.client;
  const own = new Set<string>(ownAttributes);
  return {
    ...client,
    attributes: Object.fromEntries(Object.entries(attributes).filter(([name]) => !own.has(name))),
    // Named after the client.
    userIsTheClients: found.user.username === `service-account-${clientId}`,
    userIsEnabled: found.user.enabled,
    roles: Object.fromEntries(
      Object.entries(found.roles).map(([owner, roles]) => [
        owner,
        owner === 'orki-tenants' ? roles.length : roles,
      ]),
    ),
  };
}
