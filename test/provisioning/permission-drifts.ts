import type { Drift } from './drifts.ts';
import type { TestRealm } from './test-realm.ts';

const server = async (realm: TestRealm) =>
  `/clients/${await realm.uuidOf('admin-permissions')}/authz/resource-server`;

async function request(realm: TestRealm, method: string, path: string, body?: unknown) {
  const answer = await realm.admin(method, `${await server(realm)}${path}`, body);
  if (answer.status >= 400) throw new Error(`the drift could not be made: ${JSON.stringify(answer)}`);
  return answer.body;
}

const policyNamed = async (realm: TestRealm, name: string) => {
  const all: { name: string; id: string }[] = await request(realm, 'GET', '/policy?permission=false');
  const found = all.find((policy) => policy.name === name);
  if (!found) throw new Error(`no policy ${name}`);
  return found;
};

/** Writes a permission again with something changed. */
async function rewrite(realm: TestRealm, name: string, change: (permission: Stored) => object) {
  const [listed] = await request(realm, 'GET', `/permission?name=${encodeURIComponent(name)}`);
  const parts = (part: string) => request(realm, 'GET', `/policy/${listed.id}/${part}`);
  const stored: Stored = {
    ...listed,
    resources: (await parts('resources')).map((resource: { name: string }) => resource.name),
    scopes: (await parts('scopes')).map((scope: { name: string }) => scope.name),
    policies: (await parts('associatedPolicies')).map((policy: { id: string }) => policy.id),
  };
  return request(realm, 'PUT', `/permission/scope/${listed.id}`, { ...stored, ...change(stored) });
}

interface Stored {
  resources: string[];
  scopes: string[];
  policies: string[];
}

export const permissionDrifts: Drift[] = [
  {
    name: 'a policy turned round',
    make: async (realm) => {
      const policy = await policyNamed(realm, 'orki service');
      const full = await request(realm, 'GET', `/policy/user/${policy.id}`);
      return request(realm, 'PUT', `/policy/user/${policy.id}`, { ...full, logic: 'NEGATIVE' });
    },
    found: /admin policy "orki service": logic is "NEGATIVE", not "POSITIVE"/,
  },
  {
    name: 'another user let into a policy',
    make: async (realm) => {
      await realm.admin('POST', '/users', { username: 'mallory', enabled: true });
      const [mallory] = (await realm.admin('GET', '/users?username=mallory&exact=true')).body;
      const policy = await policyNamed(realm, 'orki service');
      const full = await request(realm, 'GET', `/policy/user/${policy.id}`);
      const users = [...full.users, mallory.id];
      return request(realm, 'PUT', `/policy/user/${policy.id}`, { ...full, users });
    },
    found: /admin policy "orki service": users has \S+ too many/,
  },
  {
    name: 'a policy deleted',
    make: async (realm) =>
      request(
        realm,
        'DELETE',
        `/policy/user/${(await policyNamed(realm, 'orki everyone but the service')).id}`,
      ),
    found: /admin policy "orki everyone but the service": missing/,
  },
  {
    name: 'a policy left over from an older version',
    make: (realm) =>
      request(realm, 'POST', '/policy/time', { name: 'orki old', notBefore: '2020-01-01 00:00:00' }),
    found: /admin policy "orki old": of type time is not needed/,
  },
  {
    name: 'a permission deleted',
    make: async (realm) => {
      const [listed] = await request(realm, 'GET', '/permission?name=orki%20users');
      return request(realm, 'DELETE', `/permission/scope/${listed.id}`);
    },
    found: /admin permission "orki users": missing/,
  },
  {
    name: 'more granted than is needed',
    make: (realm) =>
      rewrite(realm, 'orki users', ({ scopes }) => ({ resources: [], scopes: [...scopes, 'manage'] })),
    found: /admin permission "orki users": scopes has manage too many/,
  },
  {
    name: 'a refusal turned into a grant for everybody else',
    make: async (realm) => {
      const others = await policyNamed(realm, 'orki everyone but the service');
      return rewrite(realm, 'orki protected clients', () => ({ policies: [others.id] }));
    },
    found: /admin permission "orki protected clients": policies lacks orki service/,
  },
  {
    name: 'a permission turned round',
    make: (realm) => rewrite(realm, 'orki api client', () => ({ logic: 'NEGATIVE' })),
    found: /admin permission "orki api client": logic is "NEGATIVE", not "POSITIVE"/,
  },
  {
    name: 'a policy replaced by one of another type',
    make: async (realm) => {
      await request(realm, 'DELETE', `/policy/user/${(await policyNamed(realm, 'orki service')).id}`);
      return request(realm, 'POST', '/policy/time', {
        name: 'orki service',
        notBefore: '2020-01-01 00:00:00',
      });
    },
    found: /admin policy "orki service": of type time is not needed/,
  },
  {
    name: 'a client taken off the deny list',
    make: async (realm) => {
      const account = await realm.uuidOf('account');
      return rewrite(realm, 'orki protected clients', ({ resources }) => ({
        resources: resources.filter((id) => id !== account),
      }));
    },
    found: /admin permission "orki protected clients": lacks account/,
  },
  {
    name: "a new client of somebody else's",
    make: (realm) => realm.admin('POST', '/clients', { clientId: 'crm' }),
    found: /admin permission "orki protected clients": lacks crm/,
  },
  {
    name: 'a role of others made grantable',
    make: async (realm) => {
      await realm.admin('POST', '/roles', { name: 'staff' });
      const { body: staff } = await realm.admin('GET', '/roles/staff');
      return rewrite(realm, 'orki permissions', ({ resources }) => ({ resources: [...resources, staff.id] }));
    },
    found: /admin permission "orki permissions": has staff too many/,
  },
  {
    name: 'a grant for single roles made one for all',
    make: (realm) => rewrite(realm, 'orki permissions', () => ({ resources: [] })),
    found: /admin permission "orki permissions": .*is for all/,
  },
  {
    name: 'a permission left over from an older version',
    make: async (realm) =>
      request(realm, 'POST', '/permission/scope', {
        name: 'orki groups',
        resourceType: 'Groups',
        resources: [],
        scopes: ['view'],
        policies: [(await policyNamed(realm, 'orki service')).id],
      }),
    found: /admin permission "orki groups": is not needed/,
  },
];
