import { beforeAll, describe, expect, inject, test } from 'vitest';
import type { PermissionFile } from '../../src/keycloak/provisioning/permission-file.ts';
import { names } from '../../src/names.ts';
import { createAccount } from '../provisioning/test-account.ts';
import { createPerson, createSignInClient, signIn } from '../provisioning/test-person.ts';
import { decode, type TestRealm, testRealm } from '../provisioning/test-realm.ts';

let realm: TestRealm;
beforeAll(async () => {
  realm = await testRealm(inject('keycloak'), 'prov-tokens');
  await realm.provision();
});

const rolesIn = (token: string): string[] =>
  decode(token).claims.resource_access?.[names.apiClient]?.roles ?? [];

function withPermission({ groups }: PermissionFile, name: string): PermissionFile {
  const permission = { name, label: 'New', description: 'Something new.', modes: [] };
  return { groups: [...groups, { name: 'new', label: 'New', permissions: [permission] }] };
}

function withoutPermission(file: PermissionFile, gone: string): PermissionFile {
  const groups = file.groups.map((group) => ({
    ...group,
    permissions: group.permissions.filter(({ name }) => name !== gone),
  }));
  return { groups };
}

describe('the catalogue', () => {
  test('a permission that is added reaches the next token of an Admin account, and of no other', async () => {
    const service = await realm.asService();
    const admin = await createAccount(realm, service, 'acme', [names.modeRoles.admin]);
    const agent = await createAccount(realm, service, 'acme', [names.modeRoles.agent]);
    expect(rolesIn(await admin.token())).not.toContain('billing:read');

    const permissionFile = withPermission(realm.target.permissionFile, 'billing:read');
    await realm.provision({ permissionFile });
    expect(rolesIn(await admin.token())).toContain('billing:read');
    expect(rolesIn(await agent.token())).not.toContain('billing:read');

    // The service may grant it at once.
    const custom = await createAccount(realm, service, 'acme', ['billing:read']);
    expect(rolesIn(await custom.token())).toEqual(['billing:read']);
    await realm.provision();
  });

  test('a permission that is taken out leaves tokens but not the accounts, and comes back with the file', async () => {
    const service = await realm.asService();
    const gone = 'analytics:read';
    const custom = await createAccount(realm, service, 'acme', [gone, 'team:read']);
    const admin = await createAccount(realm, service, 'acme', [names.modeRoles.admin]);

    const permissionFile = withoutPermission(realm.target.permissionFile, gone);
    const { lines } = await realm.provision({ permissionFile });
    expect(lines).toContainEqual(
      expect.stringContaining(`role ${gone} of orki-api: is no longer in the catalogue`),
    );
    expect((await realm.check({ permissionFile })).lines).toEqual([]);
    const path = `/clients/${custom.api}/roles/${gone}`;
    expect((await realm.admin('GET', path)).body.attributes).not.toHaveProperty('orki.group');
    expect(rolesIn(await custom.token())).toEqual(['team:read']);
    expect(rolesIn(await admin.token())).not.toContain(gone);

    // What can't be mapped can't be unmapped: a change of mode has to be able to take it away.
    const other = await createAccount(realm, service, 'acme', [gone, 'team:read']);
    const mapping = `/users/${other.user}/role-mappings/clients/${other.api}`;
    expect((await service('DELETE', mapping, other.granted)).status).toBe(204);

    await realm.provision();
    expect(rolesIn(await custom.token()).sort()).toEqual([gone, 'team:read']);
    expect((await realm.check()).lines).toEqual([]);
  });
});

describe("a service account's token", () => {
  test('carries its tenant as a string, its permissions, the audience, and nothing else of the realm', async () => {
    const account = await createAccount(realm, await realm.asService(), 'acme', ['customers:read']);
    const { header, claims } = decode(await account.token());
    expect(header.alg).toBe('ES256');
    expect(claims).toMatchObject({
      tenant_id: 'acme',
      aud: names.apiClient,
      azp: account.clientId,
      sub: account.user,
      typ: 'Bearer',
      resource_access: { [names.apiClient]: { roles: ['customers:read'] } },
      permissions: ['customers:read'],
    });
    expect(Object.keys(claims.resource_access)).toEqual([names.apiClient]);
    // Permissions are in no scope: Keycloak refuses unknown ones there, and integrators leave it out.
    expect(claims.scope ?? '').toBe('');
    expect(header.typ).toBe('JWT');
    for (const absent of ['realm_access', 'email', 'preferred_username'])
      expect(claims).not.toHaveProperty(absent);
  });

  test('lists all permissions of a mode in permissions as in resource_access, and no others', async () => {
    const account = await createAccount(realm, await realm.asService(), 'acme', [names.modeRoles.agent]);
    const token = await account.token();
    const { permissions } = decode(token).claims;
    expect(permissions).toEqual(expect.arrayContaining(['customers:read', 'ai:use']));
    expect(permissions).not.toContain('security:write');
    expect(permissions.toSorted()).toEqual(rolesIn(token).sort());
  });

  test('names its own tenant alone, however many there are', async () => {
    const service = await realm.asService();
    await createAccount(realm, service, 'globex', ['customers:read']);
    const account = await createAccount(realm, service, 'initech', ['customers:read']);
    expect(decode(await account.token()).claims.tenant_id).toBe('initech');
  });
});

describe("a person's token", () => {
  beforeAll(async () => {
    await createSignInClient(realm, 'cli', {
      fullScopeAllowed: false,
      defaultClientScopes: ['basic', 'profile', 'email', names.userScope],
      attributes: { 'access.token.signed.response.alg': 'ES256' },
    });
    await createSignInClient(realm, 'console', { fullScopeAllowed: true });
    const id = await createPerson(realm, 'viewer@acme.test', { attributes: { tenant_id: ['acme'] } });
    const api = await realm.uuidOf(names.apiClient);
    const roles = await Promise.all(
      ['customers:read', 'mode-agent'].map(
        async (name) => (await realm.admin('GET', `/clients/${api}/roles/${name}`)).body,
      ),
    );
    await realm.admin('POST', `/users/${id}/role-mappings/clients/${api}`, roles);
    await createPerson(realm, 'nobody@nowhere.test');
  });

  test('carries the tenant as a string, the audience and the permissions', async () => {
    const token = await realm.token(signIn('cli', 'viewer@acme.test'));
    const { header, claims } = decode(token);
    expect(header.alg).toBe('ES256');
    expect(claims).toMatchObject({ tenant_id: 'acme', aud: names.apiClient, typ: 'Bearer', azp: 'cli' });
    expect(claims.sub).toBeTypeOf('string');
    expect(rolesIn(token)).toEqual(expect.arrayContaining(['customers:read', 'mode-agent', 'ai:use']));
    expect(claims.permissions.toSorted()).toEqual(rolesIn(token).sort());
    expect(Object.keys(claims.resource_access)).toEqual([names.apiClient]);
  });

  test('has no tenant when the person has none', async () => {
    expect(decode(await realm.token(signIn('cli', 'nobody@nowhere.test'))).claims).not.toHaveProperty(
      'tenant_id',
    );
  });

  test.each(['viewer@acme.test', 'nobody@nowhere.test'])(
    'attack 19: keeps its tenant from the hands of %s',
    async (username) => {
      const own = async (method: string, body?: unknown) => {
        const token = await realm.token({ ...signIn('console', username), scope: 'openid' });
        return fetch(`${realm.url}/realms/${realm.name}/account/`, {
          method,
          headers: {
            authorization: `Bearer ${token}`,
            accept: 'application/json',
            'content-type': 'application/json',
          },
          ...(body ? { body: JSON.stringify(body) } : {}),
        });
      };
      const before = decode(await realm.token(signIn('cli', username))).claims.tenant_id;
      const profile = (await (await own('GET')).json()) as { attributes?: object };
      const answer = await own('POST', {
        ...profile,
        attributes: { ...profile.attributes, tenant_id: ['globex'] },
      });
      expect(answer.status).toBe(400);
      expect(decode(await realm.token(signIn('cli', username))).claims.tenant_id).toBe(before);
      // The same call without the tenant is taken, so it was refused for nothing else.
      expect((await own('POST', { ...profile, firstName: 'Renamed' })).status).toBe(204);
    },
  );

  test.each([['Acme'], ['acme', 'globex'], ['../acme']])(
    'tenant_id can not be set to %s',
    async (...tenants) => {
      const { status } = await realm.admin('POST', '/users', {
        username: `wrong-${tenants.length}@acme.test`,
        attributes: { tenant_id: tenants },
      });
      expect(status).toBe(400);
    },
  );
});

test('people sign in by authorization code with PKCE and in no other way', async () => {
  const endpoint = `${realm.url}/realms/${realm.name}/protocol/openid-connect`;
  const authorize = async (parameters: Record<string, string>) => {
    const query = new URLSearchParams({
      client_id: names.frontendClient,
      response_type: 'code',
      scope: 'openid',
      redirect_uri: 'https://app.orki.test/callback',
      ...parameters,
    });
    const response = await fetch(`${endpoint}/auth?${query}`, { redirect: 'manual' });
    return response.headers.get('location') ?? response.status;
  };
  const challenge = {
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  };
  expect(await authorize(challenge)).toBe(200);
  expect(await authorize({})).toContain('error=invalid_request');
  expect(await authorize({ ...challenge, code_challenge_method: 'plain' })).toContain(
    'error=invalid_request',
  );
  expect(await authorize({ ...challenge, response_type: 'token' })).toContain('error=unauthorized_client');
  expect(await authorize({ ...challenge, redirect_uri: 'https://evil.test/' })).toBe(400);
  await expect(realm.token(signIn(names.frontendClient, 'viewer@acme.test'))).rejects.toThrow(
    'unauthorized_client',
  );
});
