import { describe, expect, it } from 'vitest';
import { keycloakUnavailable, outcomeUnknown } from '../../src/errors.ts';
import { keycloakGateway } from '../../src/keycloak/accounts/keycloak-gateway.ts';
import { createLockSlots } from '../../src/keycloak/accounts/lock-slots.ts';
import { createRealmObjects } from '../../src/keycloak/accounts/realm-objects.ts';
import type { AdminCall } from '../../src/keycloak/calls/admin-api.ts';
import { type SwitchDependencies, switchTenantOff, switchTenantOn } from '../../src/tenants/switch-tenant.ts';
import { callsOnOne, create, created, pathOf, stateOf } from '../support/accounts.ts';
import { type TestApp, testApp } from '../support/test-app.ts';

const switching = ({ keycloak }: TestApp, tenantId = 'acme'): SwitchDependencies => ({
  tenantId,
  connect: () => keycloak.connect({ signal: AbortSignal.timeout(5_000) }),
  by: { subject: 'operator', username: 'Olga' },
  settle: async () => undefined,
  isListCurrent: true,
  onSwitched: () => undefined,
});

describe('a tenant that is switched off', () => {
  it('can read and delete its accounts, active before or not, and change nothing else', async () => {
    const service = await testApp();
    const active = (await created(service)).id;
    const inactive = (await created(service, { username: 'inactive' })).id;
    await service.request({ method: 'POST', path: `${pathOf(inactive)}/deactivate` });
    await switchTenantOff(switching(service));
    const before = stateOf(service);
    expect(await create(service, { username: 'another' })).toMatchObject({
      status: 403,
      body: { code: 'tenant-off' },
    });
    for (const id of [active, inactive]) {
      for (const { method, below, ...rest } of callsOnOne) {
        if (method === 'GET' || method === 'DELETE') continue;
        const answer = await service.request({ method, path: `${pathOf(id)}${below}`, ...rest });
        expect(answer).toMatchObject({ status: 403, body: { code: 'tenant-off' } });
      }
    }
    expect(stateOf(service)).toEqual(before);
    for (const id of [active, inactive]) {
      expect((await service.request({ path: pathOf(id) })).status).toBe(200);
      expect((await service.request({ method: 'DELETE', path: pathOf(id) })).status).toBe(204);
    }
  });

  it('leaves other tenants as they are', async () => {
    const service = await testApp();
    await switchTenantOff(switching(service));
    expect((await create(service, {}, { tenantId: 'globex' })).status).toBe(201);
  });

  it('finishes no account whose creation with an Idempotency-Key broke off before', async () => {
    const service = await testApp();
    const request = () =>
      service.request({
        method: 'POST',
        body: { username: 'Zapier sync', mode: 'agent' },
        headers: { 'idempotency-key': 'k' },
      });
    service.keycloak.beforeCall = (method) => {
      if (method === 'finishAccount' || method === 'deleteAccount') throw keycloakUnavailable('down');
    };
    expect((await request()).status).toBe(503);
    service.keycloak.beforeCall = () => undefined;
    await switchTenantOff(switching(service));
    expect(await request()).toMatchObject({ status: 403, body: { code: 'tenant-off' } });
    await switchTenantOn(switching(service));
    expect((await request()).status).toBe(201);
  });

  it('is not taken to be off for a mark that switching left on one of its accounts', async () => {
    const service = await testApp();
    const { id } = await created(service);
    await switchTenantOff(switching(service));
    service.keycloak.tenantsOff.delete('acme');
    expect((await service.request({ method: 'POST', path: `${pathOf(id)}/activate` })).status).toBe(200);
    expect(service.keycloak.clients.get(id)?.account.tenantOff).toBeNull();
  });
});

describe('switching a tenant', () => {
  it('gives the lock of an account back when the change fails', async () => {
    const service = await testApp();
    await created(service);
    service.keycloak.beforeCall = (method) => {
      if (method === 'setStatus') throw keycloakUnavailable('down');
    };
    await expect(switchTenantOff(switching(service))).rejects.toMatchObject({ code: 'keycloak-unavailable' });
    expect(service.keycloak.locks.size).toBe(0);
  });

  it('keeps the lock of an account while its change may still arrive', async () => {
    const service = await testApp();
    await created(service);
    service.keycloak.afterCall = (method) => {
      if (method === 'setStatus') throw outcomeUnknown('no answer');
    };
    await expect(switchTenantOff(switching(service))).rejects.toMatchObject({ code: 'outcome-unknown' });
    expect(service.keycloak.locks.size).toBe(1);
  });

  it.each([409, 500])('marks a tenant whose role another one makes at that moment (%i)', async (status) => {
    let role: unknown;
    const api = async ({ method, path, query, body }: AdminCall) => {
      if (path === '/clients') return { status: 200, body: [{ id: 'c', clientId: query?.clientId }] };
      if (method === 'POST') {
        role = { name: 'acme' };
        return { status, body: undefined };
      }
      if (role === undefined) return { status: 404, body: undefined };
      if (method === 'PUT') role = body;
      return { status: 200, body: role };
    };
    const connect = keycloakGateway(
      api,
      createRealmObjects(api, 1_000),
      createLockSlots(1_000),
      () => 300_000,
    );
    const gateway = connect({ signal: AbortSignal.timeout(1_000) });
    await gateway.setTenantOff('acme', '2026-11-23T10:00:00.000Z');
    expect(await gateway.isTenantOff('acme')).toBe(true);
  });
});
