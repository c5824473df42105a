import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { keycloakUnavailable } from '../../src/errors.ts';
import { newClient } from '../../src/keycloak/accounts/account-representation.ts';
import { keycloakGateway } from '../../src/keycloak/accounts/keycloak-gateway.ts';
import { createLockSlots } from '../../src/keycloak/accounts/lock-slots.ts';
import { createRealmObjects } from '../../src/keycloak/accounts/realm-objects.ts';
import type { AdminAnswer, AdminCall } from '../../src/keycloak/calls/admin-api.ts';
import { publicKeysOf } from '../../src/service-accounts/public-keys.ts';
import { isWellFormedSecret, secretDigest } from '../../src/service-accounts/secret.ts';
import { newAccount } from '../support/in-memory-keycloak.ts';

/** The gateway to a Keycloak that answers every call with this. */
function gatewayTo(answer: AdminAnswer) {
  const calls: AdminCall[] = [];
  const api = async (call: AdminCall) => {
    calls.push(call);
    return answer;
  };
  const connect = keycloakGateway(api, createRealmObjects(api, 1_000), createLockSlots(1_000), () => 300_000);
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

  it('fails with the request alone when the user of an account is not found while something else is awaited', async () => {
    const released = Promise.withResolvers<void>();
    const api = async ({ operation, query }: AdminCall) => {
      const { clientId } = query ?? {};
      if (clientId !== undefined) return { status: 200, body: [{ id: clientId, clientId }] };
      if (operation === 'find service-account user') throw keycloakUnavailable('gone');
      await released.promise;
      return { status: 200, body: operation === 'read tenant' ? { id: 't', name: 'acme' } : [] };
    };
    const connect = keycloakGateway(
      api,
      createRealmObjects(api, 1_000),
      createLockSlots(1_000),
      () => 300_000,
    );
    const unhandled: unknown[] = [];
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', (reason) => void unhandled.push(reason));
    onTestFinished(() => {
      process.removeAllListeners('unhandledRejection');
      for (const listener of others) process.on('unhandledRejection', listener);
    });
    const assigned = connect({ signal: AbortSignal.timeout(1_000) }).assignTenantAndRoles('id', 'acme', []);
    // Node tells of a rejection that nobody waits for once the microtasks of its turn are done.
    await setImmediate();
    await setImmediate();
    released.resolve();
    await expect(assigned).rejects.toMatchObject({ code: 'keycloak-unavailable' });
    expect(unhandled).toEqual([]);
  });

  it.each([
    ['it is there', 200, undefined],
    ['it is not there after all', 404, { code: 'keycloak-unavailable' }],
  ])('takes a revocation for recorded where Keycloak has it already, if %s', async (_, status, failure) => {
    const calls: string[] = [];
    const api = async ({ method, query }: AdminCall) => {
      if (query?.clientId !== undefined) return { status: 200, body: [{ id: 'id', ...query }] };
      calls.push(method);
      return { status: method === 'POST' ? 409 : status, body: undefined };
    };
    const realm = createRealmObjects(api, 1_000);
    const connect = keycloakGateway(api, realm, createLockSlots(1_000), () => 300_000);
    const recording = connect({ signal: AbortSignal.timeout(1_000) }).recordRevocation(
      newAccount(),
      '2026-11-23T10:00:00.000Z',
    );
    if (failure === undefined) expect(await recording).toHaveProperty('acceptedUntil');
    else await expect(recording).rejects.toMatchObject(failure);
    expect(calls).toEqual(['POST', 'GET']);
  });

  it('writes no more than what a change is about', async () => {
    const { gateway, calls } = gatewayTo({ status: 200, body: own });
    const made = { at: '2026-11-23T10:00:00.000Z', by: { subject: 's', username: 'u' } };
    const stamp = { ...made, history: [{ ...made, action: 'edit', fields: ['mode'] }] };
    const account = { id: 'id', tenantId: 'acme' };
    await gateway.editAccount(account, { description: null }, stamp);
    await gateway.editAccount(account, { username: 'crm-sync' }, stamp);
    await gateway.setStatus('id', { active: false, tenantOff: null }, stamp);
    await gateway.replaceSecret(
      'id',
      { secret: { value: 'v', hint: 'h' }, expiresAt: null, requests: null, previous: 'ends' },
      stamp,
    );
    const [key] = await publicKeysOf(
      [generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })],
      '',
    );
    if (key === undefined) throw new Error('no key');
    await gateway.replaceKeys('id', { keys: [key], requests: null }, stamp);
    await gateway.setStatus('id', { active: true }, stamp);
    const updated = {
      'orki.updated-at': stamp.at,
      'orki.updated-by': '{"subject":"s","username":"u"}',
      'orki.history': `{"by":[["s","u"]],"changes":[[${Date.parse(stamp.at)},0,"edit","mode"]]}`,
    };
    const renewed = {
      'use.jwks.string': '',
      'jwks.string': '',
      'orki.secret-hint': 'h',
      'orki.secret-sha256': secretDigest('v'),
      'orki.secret-created-at': stamp.at,
      'orki.requests': '',
      'orki.secret-expires-at': '',
      'client.secret.expiration.time': '',
      'orki.expiry-warned': '',
      'orki.warning-due': '',
      'orki.previous-secret': '',
      'orki.previous-secret-sha256': '',
      'client.secret.rotated': '',
      'client.secret.rotated.creation.time': '',
      'client.secret.rotated.expiration.time': '',
    };
    const rekeyed = {
      ...renewed,
      'use.jwks.string': 'true',
      'jwks.string': JSON.stringify({ keys: [key] }),
      'orki.secret-hint': '',
      'orki.secret-sha256': '',
    };
    // Up to 26.6 Keycloak's client policy answers 500 to a change without the first; without the second, another one puts
    // the authentication by a secret back.
    const always = { directAccessGrantsEnabled: false, clientAuthenticatorType: 'client-secret' };
    const byKeys = { ...always, clientAuthenticatorType: 'client-jwt' };
    const nobodys = expect.toSatisfy(isWellFormedSecret);
    // How it authenticates is read once, and known after that.
    expect(calls.filter(({ method }) => method === 'GET')).toHaveLength(1);
    expect(calls.flatMap(({ body }) => body ?? [])).toEqual([
      { ...always, description: '', attributes: { 'orki.description': '', ...updated } },
      { ...always, name: 'acme / crm-sync', attributes: { 'orki.username': 'crm-sync', ...updated } },
      { ...always, enabled: false, attributes: { 'orki.off-with-tenant': '', ...updated } },
      { ...always, secret: 'v', attributes: { ...renewed, ...updated } },
      { ...byKeys, secret: nobodys, attributes: { ...rekeyed, ...updated } },
      { ...byKeys, enabled: true, attributes: updated },
    ]);
  });
});
