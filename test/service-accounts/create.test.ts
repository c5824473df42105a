import { describe, expect, it } from 'vitest';
import { isServiceAccountClientId } from '../../src/service-accounts/client-id.ts';
import { isWellFormedSecret } from '../../src/service-accounts/secret.ts';
import { create, created, pathOf, rolesOf, stateOf } from '../support/accounts.ts';
import { shippedCatalogue } from '../support/catalogue.ts';
import { issuer, publicUrl, testApp } from '../support/test-app.ts';

describe('creating a service account', () => {
  it('answers with all that an integrator needs, and says where the account is', async () => {
    const service = await testApp();
    const answer = await create(service, { description: 'Two-way sync' });
    expect(answer.status).toBe(201);
    expect(answer.headers.location).toBe(
      `${publicUrl}/api/v1/tenants/acme/service-accounts/${answer.body.id}`,
    );
    expect(answer.headers['cache-control']).toBe('no-store');
    const me = { subject: 'subject-of-acme', username: 'somebody@acme.test' };
    expect(answer.body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      clientId: expect.toSatisfy(isServiceAccountClientId),
      username: 'Zapier sync',
      description: 'Two-way sync',
      mode: 'agent',
      permissions: [...shippedCatalogue.included.agent],
      status: 'active',
      credentials: { type: 'secret', keys: [] },
      secretHint: answer.body.clientSecret.slice(-10, -6),
      secretCreatedAt: answer.body.createdAt,
      secretExpiresAt: null,
      secretExpired: false,
      previousSecret: null,
      tokensRevokedBefore: null,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      createdBy: me,
      updatedAt: answer.body.createdAt,
      updatedBy: me,
      version: expect.any(String),
      clientSecret: expect.toSatisfy(isWellFormedSecret),
      endedSecretHints: [],
      tokenUrl: `${issuer}/protocol/openid-connect/token`,
    });
  });

  it('is followed by reads that show the same account without its secret', async () => {
    const service = await testApp();
    const { clientSecret, endedSecretHints: _, tokenUrl, ...account } = await created(service);
    const read = await service.request({ path: pathOf(account.id) });
    expect(read.body).toEqual(account);
    expect(service.keycloak.clients.get(account.id)?.secret).toBe(clientSecret);
    expect(tokenUrl).toBeDefined();
  });

  it.each([
    { mode: 'admin', permissions: undefined, roles: ['mode-admin'] },
    { mode: 'agent', permissions: undefined, roles: ['mode-agent'] },
    { mode: 'custom', permissions: ['webhooks:read', 'ai:use'], roles: ['ai:use', 'webhooks:read'] },
  ])('maps exactly the roles of mode $mode, and puts the tenant into the token', async (expected) => {
    const service = await testApp();
    const { mode, permissions, roles } = expected;
    const { id } = await created(service, { mode, permissions });
    expect(rolesOf(service, id)).toEqual(roles);
    expect(service.keycloak.clients.get(id)?.tenantInToken).toBe('acme');
  });

  it('shows the permissions of mode custom in the order of the catalogue', async () => {
    const service = await testApp();
    const account = await created(service, { mode: 'custom', permissions: ['webhooks:read', 'ai:use'] });
    expect(account.permissions).toEqual(['ai:use', 'webhooks:read']);
  });

  it('gives each account a secret and a clientId of its own', async () => {
    const service = await testApp();
    const one = await created(service, { username: 'one' });
    const two = await created(service, { username: 'two' });
    expect(two.clientSecret).not.toBe(one.clientSecret);
    expect(two.clientId).not.toBe(one.clientId);
  });

  it.each([null, '', undefined])('takes a description of %j for none', async (description) => {
    const service = await testApp();
    expect((await created(service, { description })).description).toBeNull();
  });

  it('grants the roles last, so that nothing half made can be used', async () => {
    const service = await testApp();
    await created(service);
    const changes = service.keycloak.calls.filter((call) =>
      ['tryReserveUsername', 'createClient', 'assignTenantAndRoles'].includes(call),
    );
    expect(changes).toEqual(['tryReserveUsername', 'createClient', 'assignTenantAndRoles']);
  });

  it('refuses more accounts than a tenant may have, and frees the name again', async () => {
    const service = await testApp({ maxAccountsPerTenant: 2 });
    await created(service, { username: 'one' });
    await created(service, { username: 'two' });
    const before = stateOf(service);
    const answer = await create(service, { username: 'three' });
    expect(answer).toMatchObject({ status: 409, body: { code: 'account-limit-reached' } });
    expect(stateOf(service)).toEqual(before);
  });

  it('counts the accounts of its own tenant alone, and those that are left after deletions', async () => {
    const service = await testApp({ maxAccountsPerTenant: 1 });
    const { id } = await created(service, {}, { tenantId: 'globex' });
    const { id: own } = await created(service);
    expect((await create(service, { username: 'two' })).status).toBe(409);
    await service.request({ method: 'DELETE', path: pathOf(own) });
    expect((await create(service, { username: 'two' })).status).toBe(201);
    expect(service.keycloak.clients.has(id)).toBe(true);
  });
});
