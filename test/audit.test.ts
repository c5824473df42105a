import { describe, expect, it } from 'vitest';
import { isWellFormedSecret } from '../src/service-accounts/secret.ts';
import { testApp } from './support/test-app.ts';

const body = { username: 'Zapier', description: 'sync', mode: 'agent' };

describe('the audit log', () => {
  it('has one record of each change: who, what, before and after, from where, outcome, request', async () => {
    const { request, audit } = await testApp();
    const { id, clientId } = (await request({ method: 'POST', body })).body;
    const one = `/acme/service-accounts/${id}`;
    await request({ method: 'PATCH', path: one, body: { mode: 'custom', permissions: ['ai:use'] } });
    await request({ method: 'POST', path: `${one}/regenerate-secret` });
    await request({ method: 'POST', path: `${one}/deactivate` });
    await request({ method: 'POST', path: `${one}/activate` });
    const last = await request({ method: 'DELETE', path: one });

    expect(audit.map(({ action, outcome }) => [action, outcome])).toEqual([
      ['create', 'done'],
      ['edit', 'done'],
      ['regenerate-secret', 'done'],
      ['deactivate', 'done'],
      ['activate', 'done'],
      ['delete', 'done'],
    ]);
    for (const record of audit) {
      expect(record).toMatchObject({
        tenant: 'acme',
        account: { id, clientId },
        actor: { subject: 'subject-of-acme', username: 'somebody@acme.test', clientId: 'orki-frontend' },
        from: '127.0.0.1',
      });
    }
    expect(audit[0]).toMatchObject({ before: null, after: { ...body, status: 'active' } });
    const agentPermissions = audit[0]?.after?.permissions;
    expect(agentPermissions?.length).toBeGreaterThan(3);
    expect(audit[1]).toMatchObject({
      before: { mode: 'agent', permissions: agentPermissions },
      after: { mode: 'custom', permissions: ['ai:use'] },
    });
    expect(audit[3]).toMatchObject({ before: { status: 'active' }, after: { status: 'inactive' } });
    expect(audit[5]).toMatchObject({ after: null, requestId: last.headers['x-request-id'] });
  });

  it('says what a mode permits, before and after alike', async () => {
    const { request, audit } = await testApp();
    const { id, permissions } = (await request({ method: 'POST', body })).body;
    const one = `/acme/service-accounts/${id}`;
    for (const action of ['deactivate', 'activate', 'regenerate-secret']) {
      await request({ method: 'POST', path: `${one}/${action}` });
    }
    await request({ method: 'DELETE', path: one });
    expect(audit.slice(1).map(({ before }) => before?.permissions)).toEqual(Array(4).fill(permissions));
  });

  it('has a record of a change that was refused or failed, with the code that the caller got', async () => {
    const { request, audit, keycloak } = await testApp();
    const { id } = (await request({ method: 'POST', body: { ...body, mode: 'admin' } })).body;
    const grant = ['service-accounts:write'];
    await request({ method: 'POST', path: `/acme/service-accounts/${id}/regenerate-secret`, grant });
    keycloak.beforeCall = (method) => {
      if (method === 'setStatus') throw new Error('Keycloak is on fire');
    };
    await request({ method: 'POST', path: `/acme/service-accounts/${id}/deactivate` });
    await request({ method: 'DELETE', path: '/acme/service-accounts/00000000-0000-4000-8000-000000000000' });
    expect(audit.slice(1).map(({ action, outcome }) => [action, outcome])).toEqual([
      ['regenerate-secret', 'permission-missing'],
      ['deactivate', 'internal-error'],
      ['delete', 'service-account-not-found'],
    ]);
    expect(audit[3]?.account).toEqual({ id: '00000000-0000-4000-8000-000000000000' });
  });

  it('never has a secret', async () => {
    const { request, audit } = await testApp();
    const created = (await request({ method: 'POST', body })).body;
    const path = `/acme/service-accounts/${created.id}/regenerate-secret`;
    const regenerated = (await request({ method: 'POST', path })).body;
    const text = JSON.stringify(audit);
    for (const { clientSecret, secretHint } of [created, regenerated]) {
      expect(isWellFormedSecret(clientSecret)).toBe(true);
      expect(text).not.toContain(clientSecret);
      expect(text).not.toContain(`"${secretHint}"`);
    }
  });

  it('believes X-Forwarded-For from a trusted proxy alone', async () => {
    const spoofed = { method: 'POST', body, headers: { 'x-forwarded-for': '203.0.113.7' } } as const;
    const open = await testApp();
    await open.request(spoofed);
    expect(open.audit[0]?.from).toBe('127.0.0.1');
    const behindProxy = await testApp({ trustedProxies: ['127.0.0.0/8'] });
    await behindProxy.request(spoofed);
    expect(behindProxy.audit[0]?.from).toBe('203.0.113.7');
  });
});
