import { describe, expect, it } from 'vitest';
import { sweepActor } from '../../src/upkeep/sweep.ts';
import { created, edit, pathOf } from '../support/accounts.ts';
import { type TestApp, testApp } from '../support/test-app.ts';

const historyOf = async (service: TestApp, id: string) =>
  (await service.request({ path: `${pathOf(id)}/history` })).body.changes;
const act = (service: TestApp, id: string, action: string, body?: object) =>
  service.request({ method: 'POST', path: `${pathOf(id)}/${action}`, body });

describe('the history of an account', () => {
  it('has each change, newest first: when, who, what; at no more calls to Keycloak', async () => {
    const service = await testApp();
    const account = await created(service);
    const { id } = account;
    const by = { subject: 'subject-of-acme', username: 'somebody@acme.test' };
    expect(await historyOf(service, id)).toEqual([
      { at: account.createdAt, by, action: 'create', fields: [] },
    ]);

    const calls = service.keycloak.calls.length;
    await edit(service, id, { username: 'Renamed', description: 'same name, new words', mode: 'agent' });
    expect(service.keycloak.calls.slice(calls)).not.toContain('setStatus');
    await act(service, id, 'regenerate-secret', { overlapSeconds: 60 });
    await service.request({ method: 'DELETE', path: `${pathOf(id)}/previous-secret` });
    await act(service, id, 'deactivate');
    const last = await act(service, id, 'activate');
    const changes = await historyOf(service, id);
    expect(changes.map(({ action }: { action: string }) => action)).toEqual([
      'activate',
      'deactivate',
      'end-previous-secret',
      'regenerate-secret',
      'edit',
      'create',
    ]);
    expect(changes[0]).toEqual({ at: last.body.updatedAt, by, action: 'activate', fields: [] });
    expect(changes[4].fields).toEqual(['username', 'description']);
    expect(service.keycloak.calls.slice(-1)).toEqual(['findAccount']);
  });

  it('names who did it, and the fields that an edit made something else of', async () => {
    const service = await testApp();
    const { id } = await created(service, { mode: 'custom', permissions: ['ai:use', 'customers:read'] });
    const claims = { sub: 'another', preferred_username: 'another@acme.test' };
    await edit(service, id, { permissions: ['customers:read', 'ai:use'] }, { claims });
    await edit(service, id, { permissions: ['customers:read'] });
    await edit(service, id, { mode: 'agent' });
    const [toAgent, fewer, same] = await historyOf(service, id);
    expect(toAgent.fields).toEqual(['mode', 'permissions']);
    expect(fewer.fields).toEqual(['permissions']);
    expect(same).toMatchObject({ by: { subject: 'another', username: 'another@acme.test' }, fields: [] });
  });

  it('has no entry for what changed nothing, or was refused', async () => {
    const service = await testApp();
    const { id } = await created(service);
    await act(service, id, 'activate');
    await edit(service, id, {});
    await edit(service, id, { mode: 'boss' });
    await service.request({ method: 'DELETE', path: `${pathOf(id)}/previous-secret` });
    expect(await historyOf(service, id)).toHaveLength(1);
  });

  it('keeps the last twenty changes', async () => {
    const service = await testApp();
    const { id } = await created(service);
    for (let index = 0; index < 25; index += 1) await edit(service, id, { description: `${index}` });
    const changes = await historyOf(service, id);
    expect(changes).toHaveLength(20);
    expect(new Set(changes.map(({ action }: { action: string }) => action))).toEqual(new Set(['edit']));
    const times = changes.map(({ at }: { at: string }) => at);
    expect(times).toEqual([...times].sort().reverse());
  });

  it('has no secret and no part of one', async () => {
    const service = await testApp();
    const first = await created(service);
    const second = (await act(service, first.id, 'regenerate-secret')).body;
    const text = JSON.stringify(await historyOf(service, first.id));
    for (const { clientSecret, secretHint } of [first, second]) {
      expect(text).not.toContain(clientSecret);
      expect(text).not.toContain(`"${secretHint}"`);
    }
  });

  it('shows what a later version recorded, and keeps it', async () => {
    const service = await testApp();
    const { id } = await created(service);
    const stored = service.keycloak.clients.get(id);
    if (stored === undefined) throw new Error('not made');
    const later = { at: '2027-01-01T00:00:00.000Z', by: sweepActor, action: 'moved', fields: ['moon'] };
    stored.account = { ...stored.account, history: [later] };
    expect(await historyOf(service, id)).toEqual([later]);
    await edit(service, id, { description: 'new' });
    expect(service.keycloak.clients.get(id)?.account.history[0]).toEqual(later);
  });

  it('may be read by whoever may read the account, and of another tenant by nobody', async () => {
    const service = await testApp();
    const { id } = await created(service, { mode: 'admin' });
    const path = `${pathOf(id)}/history`;
    expect((await service.request({ path, grant: ['service-accounts:read'] })).status).toBe(200);
    expect((await service.request({ path, grant: ['service-accounts:write'] })).status).toBe(403);
    const elsewhere = { tenantId: 'globex', path: `/globex/service-accounts/${id}/history` };
    expect(await service.request(elsewhere)).toMatchObject({
      status: 404,
      body: { code: 'service-account-not-found' },
    });
  });
});
