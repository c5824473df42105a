import { SignJWT } from 'jose';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { keycloakUnavailable } from '../../src/errors.ts';
import { createRealmObjects } from '../../src/keycloak/accounts/realm-objects.ts';
import type { AdminCall } from '../../src/keycloak/calls/admin-api.ts';
import { KeycloakFailure } from '../../src/keycloak/calls/failures.ts';
import { readinessCheck } from '../../src/keycloak/realm/readiness.ts';
import { names } from '../../src/names.ts';

afterEach(() => void vi.useRealTimers());

/** What the probe of secret rotation finds of the end that it wrote. */
let probed: Record<string, string> = {};
beforeEach(() => {
  probed = { 'client.secret.expiration.time': '1' };
});

/** The readiness of a service over a Keycloak whose calls `spoil` may fail. */
async function readiness(spoil: (call: AdminCall) => void, nodes = 1) {
  vi.useFakeTimers();
  const token = await new SignJWT({
    resource_access: {
      [names.managementClient]: { roles: [...names.serviceAdminRoles] },
      [names.serviceClient]: { roles: [names.makerRole] },
    },
  })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new Uint8Array(32));
  const api = async (call: AdminCall) => {
    spoil(call);
    const { clientId } = call.query ?? {};
    if (call.path === '/clients/id') return { status: 200, body: { attributes: probed } };
    const attributes = { 'orki.managed': 'true' };
    return { status: 200, body: clientId === undefined ? [] : [{ id: 'id', clientId, attributes }] };
  };
  const tokens = { token: async () => token, discard: () => undefined, lifeMs: () => 300_000 };
  const check = readinessCheck(api, tokens, createRealmObjects(api, 1_000), 1_000, () => undefined, nodes);
  return async () => {
    const found = await check();
    // What was found is kept for two seconds.
    vi.advanceTimersByTime(2_000);
    return found;
  };
}

it('never says that all is there beside something that is missing, or that something is missing while Keycloak is down', async () => {
  let fault: KeycloakFailure | undefined;
  const look = await readiness(({ operation }) => {
    if (fault && operation === 'check search') throw keycloakUnavailable(fault);
  });
  expect(await look()).toEqual({ keycloak: 'up', provisioned: true, missing: [], unavailable: [] });
  fault = new KeycloakFailure('check search', { status: 400 });
  expect(await look()).toEqual({
    keycloak: 'up',
    provisioned: false,
    missing: [expect.stringContaining('searchable-attributes')],
    unavailable: [],
  });
  fault = new KeycloakFailure('check search', { cause: new Error('refused') });
  expect(await look()).toEqual({ keycloak: 'down', provisioned: false, missing: [], unavailable: [] });
  fault = undefined;
  expect(await look()).toEqual({ keycloak: 'up', provisioned: true, missing: [], unavailable: [] });
  fault = new KeycloakFailure('check search', { cause: new Error('refused') });
  expect(await look()).toEqual({ keycloak: 'down', provisioned: true, missing: [], unavailable: [] });
});

it('stays ready where Keycloak ends no secrets on time, says so, and sees within seconds that it does', async () => {
  const look = await readiness(() => undefined);
  probed = {};
  const found = await look();
  expect(found).toMatchObject({ keycloak: 'up', provisioned: true, missing: [] });
  expect(found.unavailable).toEqual([expect.stringContaining('--features=client-secret-rotation')]);
  probed = { 'client.secret.expiration.time': '1' };
  vi.advanceTimersByTime(15_000);
  expect((await look()).unavailable).toEqual([]);
});

it('misses, of a realm that an earlier version provisioned, the role that several nodes need', async () => {
  const look = await readiness(() => undefined, 2);
  expect(await look()).toMatchObject({
    keycloak: 'up',
    provisioned: false,
    missing: [`role ${names.fenceRole} of ${names.apiClient}`],
  });
});
