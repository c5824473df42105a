import { describe, expect, it } from 'vitest';
import { isWellFormedSecret } from '../../src/service-accounts/secret.ts';
import { created, pathOf, rolesOf } from '../support/accounts.ts';
import { inject } from '../support/faults.ts';
import { issuer, type TestApp, testApp } from '../support/test-app.ts';

const regenerate = (service: TestApp, id: string) =>
  service.request({ method: 'POST', path: `${pathOf(id)}/regenerate-secret` });
const secretOf = ({ keycloak }: TestApp, id: string) => keycloak.clients.get(id)?.secret;

describe('regenerating a secret', () => {
  it('gives a new one, which is the one in Keycloak from then on', async () => {
    const service = await testApp();
    const before = await created(service);
    const answer = await regenerate(service, before.id);
    expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    const { clientSecret } = answer.body;
    expect(clientSecret).toSatisfy(isWellFormedSecret);
    expect(clientSecret).not.toBe(before.clientSecret);
    expect(secretOf(service, before.id)).toBe(clientSecret);
    expect(answer.body).toEqual({
      ...before,
      clientSecret,
      endedSecretHints: [before.secretHint],
      secretHint: clientSecret.slice(-10, -6),
      secretCreatedAt: answer.body.updatedAt,
      updatedAt: expect.any(String),
      version: expect.any(String),
      tokenUrl: `${issuer}/protocol/openid-connect/token`,
    });
    expect(answer.body.version).not.toBe(before.version);
    const { clientSecret: _, endedSecretHints: __, tokenUrl, ...read } = answer.body;
    expect((await service.request({ path: pathOf(before.id) })).body).toEqual(read);
    expect(tokenUrl).toBe(before.tokenUrl);
  });

  it('leaves an inactive account inactive, and its roles as they are', async () => {
    const service = await testApp();
    const { id } = await created(service);
    await service.request({ method: 'POST', path: `${pathOf(id)}/deactivate` });
    expect((await regenerate(service, id)).body.status).toBe('inactive');
    expect(rolesOf(service, id)).toEqual(['mode-agent']);
  });

  it.each(['findAccountWithRoles', 'replaceSecret'] as const)(
    'that is not possible at %s leaves the old one valid and discloses none',
    async (method) => {
      const service = await testApp();
      const { id, clientSecret } = await created(service);
      inject(service.keycloak, { method });
      const answer = await regenerate(service, id);
      expect(answer.status).toBe(503);
      expect(secretOf(service, id)).toBe(clientSecret);
      expect(JSON.stringify(answer)).not.toContain('orki_sa_');
    },
  );

  it('that took effect is answered with the new one, whatever fails after it', async () => {
    const service = await testApp();
    const { id, clientSecret } = await created(service);
    service.keycloak.afterCall = (method) => {
      if (method === 'replaceSecret') inject(service.keycloak, { method: 'findAccount' });
    };
    const answer = await regenerate(service, id);
    expect(answer.status).toBe(200);
    expect(secretOf(service, id)).toBe(answer.body.clientSecret);
    expect(answer.body.clientSecret).not.toBe(clientSecret);
  });

  it('whose answer from Keycloak was lost says that nobody knows, and a retry gives one that is valid', async () => {
    const service = await testApp();
    const { id } = await created(service);
    inject(service.keycloak, { method: 'replaceSecret', when: 'after', code: 'outcome-unknown' });
    const answer = await regenerate(service, id);
    expect(answer).toMatchObject({ status: 504, body: { code: 'outcome-unknown' } });
    expect(JSON.stringify(answer)).not.toContain('orki_sa_');
    inject(service.keycloak);
    // The first may still arrive and replace the second, so that has to wait until the lock expires.
    expect(await regenerate(service, id)).toMatchObject({
      status: 409,
      body: { code: 'change-in-progress' },
    });
    service.keycloak.locks.clear();
    expect((await regenerate(service, id)).body.clientSecret).toBe(secretOf(service, id));
  });
});
