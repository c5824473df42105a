import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { newClient } from '../../src/keycloak/accounts/account-representation.ts';
import { keycloakGateway } from '../../src/keycloak/accounts/keycloak-gateway.ts';
import { createLockSlots } from '../../src/keycloak/accounts/lock-slots.ts';
import { createRealmObjects } from '../../src/keycloak/accounts/realm-objects.ts';
import type { AdminAnswer, AdminCall } from '../../src/keycloak/calls/admin-api.ts';
import { newAccount } from '../support/in-memory-keycloak.ts';

/** The gateway to a Keycloak that answers every call with this. */
function gatewayTo(answer: AdminAnswer) {
  const calls: AdminCall[] = [];
  const api = async (call: AdminCall) => {
    calls.push(call);
    return answer;
  };
  const connect = keycloakGateway(api, createRealmObjects(api, 1_000), createLockSlots(1_000));
  return { calls, gateway: connect({ signal: AbortSignal.timeout(1_000) }) };
}

const forged = { id: randomUUID(), clientId: 'forged', enabled: true, attributes: { 'orki.tenant': 'acme' } };
const whole = (client: ReturnType<typeof newClient>) => {
  const { 'orki.unfinished-since': _, ...attributes } = client.attributes ?? {};
  return { ...client, attributes };
};
const foreign = whole(newClient(newAccount({ tenantId: 'globex' })));
const own = whole(newClient(newAccount()));
const unfinished = newClient(newAccount());

describe('the gateway to Keycloak', () => {
  it('leaves out of a list what is no account of the tenant, without failing, and counts it', async () => {
    const body = [forged, { clientId: 'bare' }, own, foreign, unfinished];
    const { gateway } = gatewayTo({ status: 200, body });
    const stretch = await gateway.listAccounts('acme', 0, 10);
    expect(stretch.accounts.map(({ id }) => id)).toEqual([own.id]);
    expect(stretch.clientIds).toEqual(body.map(({ clientId }) => clientId));
  });

  it('searches by the tenant alone', async () => {
    const { gateway, calls } = gatewayTo({ status: 200, body: [] });
    await gateway.listAccounts('acme', 20, 22);
    expect(calls).toMatchObject([{ path: '/clients', query: { q: 'orki.tenant:acme', first: 20, max: 22 } }]);
  });

  it.each([403, 404])('finds no account where Keycloak answers %i', async (status) => {
    const { gateway, calls } = gatewayTo({ status, body: undefined });
    expect(await gateway.findAccount(randomUUID())).toBeUndefined();
    expect(calls).toMatchObject([{ expected: [403, 404] }]);
  });

  it.each([
    ['one with a forged tenant', forged],
    ["Keycloak's own", { id: randomUUID(), clientId: 'realm-management', enabled: true, attributes: {} }],
  ])('finds no account in a client that is none: %s', async (_name, body) => {
    const { gateway } = gatewayTo({ status: 200, body });
    expect(await gateway.findAccount(body.id)).toBeUndefined();
  });

  it('finds by clientId the one with exactly that clientId', async () => {
    const { gateway } = gatewayTo({ status: 200, body: [forged, foreign, own] });
    expect((await gateway.findAccountByClientId(own.clientId ?? ''))?.id).toBe(own.id);
    expect(await gateway.findAccountByClientId('forged')).toBeUndefined();
    expect(await gateway.findAccountByClientId('other')).toBeUndefined();
  });

  it('writes no more than what a change is about', async () => {
    const { gateway, calls } = gatewayTo({ status: 204, body: undefined });
    const stamp = { at: '2026-11-23T10:00:00.000Z', by: { subject: 's', username: 'u' } };
    await gateway.editAccount('id', { description: null }, stamp);
    await gateway.setStatus('id', { active: false, tenantOff: null }, stamp);
    await gateway.replaceSecret(
      'id',
      { secret: { value: 'v', hint: 'h' }, expiresAt: null, requests: null, previous: 'ends' },
      stamp,
    );
    const updated = { 'orki.updated-at': stamp.at, 'orki.updated-by': '{"subject":"s","username":"u"}' };
    const renewed = {
      'orki.secret-hint': 'h',
      'orki.secret-created-at': stamp.at,
      'orki.requests': '',
      'orki.secret-expires-at': '',
      'client.secret.expiration.time': '',
      'orki.expiry-warned': '',
      'orki.previous-secret': '',
      'client.secret.rotated': '',
      'client.secret.rotated.creation.time': '',
      'client.secret.rotated.expiration.time': '',
    };
    // Up to 26.6 Keycloak's client policy answers 500 to a change without this.
    const always = { directAccessGrantsEnabled: false };
    expect(calls.map(({ body }) => body)).toEqual([
      { ...always, attributes: { 'orki.description': '', ...updated } },
      { ...always, enabled: false, attributes: { 'orki.off-with-tenant': '', ...updated } },
      { ...always, secret: 'v', attributes: { ...renewed, ...updated } },
    ]);
  });
});
