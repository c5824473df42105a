import { names } from '../../../src/names.ts';
import type { LiveRealm } from '../../support/live-realm.ts';
import type { Labelling } from './faulty-proxy.ts';

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Names calls by method and path, the product's own clients by name and all that differs from run to run by its kind. */
export async function labelling(realm: LiveRealm): Promise<Labelling> {
  const { body } = await realm.admin('GET', '/clients');
  const own = new Map<string, string>(
    body
      .filter(({ clientId }: { clientId: string }) => Object.values<unknown>(names).includes(clientId))
      .map(({ id, clientId }: { id: string; clientId: string }) => [id, clientId]),
  );
  return (method, path) => {
    const bare = path
      .replace(/\?.*/, '')
      .replace(/^\/admin\/realms\/[^/]+/, '')
      .replace(/^\/realms\/[^/]+\/protocol\/openid-connect/, '')
      .replaceAll(uuid, (id) => own.get(id) ?? '{id}')
      // Roles are looked up by names that hold digests and ids.
      .replace(/(\/roles\/)(?!mode-).+$/, '$1{name}');
    return `${method} ${bare || '/'}`;
  };
}
