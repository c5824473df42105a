import { describe, expect, it } from 'vitest';
import { created, edit, pathOf, rolesOf, stateOf } from '../support/accounts.ts';
import { testApp } from '../support/test-app.ts';

const custom = { mode: 'custom', permissions: ['customers:read', 'ai:use'] };
const required = { in: 'body', pointer: '/permissions', code: 'required' };
const notCustom = { in: 'body', pointer: '/permissions', code: 'mode-not-custom' };

describe('editing a service account', () => {
  it('changes what is given, leaves the rest, and says who did it', async () => {
    const service = await testApp();
    const { id } = await created(service, { description: 'before' });
    const before = (await service.request({ path: pathOf(id) })).body;
    const claims = { sub: 'an editor', preferred_username: 'editor@acme.test' };
    const answer = await service.request({
      method: 'PATCH',
      path: pathOf(before.id),
      body: { description: 'after' },
      claims,
    });
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body).toEqual({
      ...before,
      description: 'after',
      updatedAt: expect.any(String),
      updatedBy: { subject: 'an editor', username: 'editor@acme.test' },
      version: expect.any(String),
    });
    expect(answer.body.version).not.toBe(before.version);
    expect((await service.request({ path: pathOf(before.id) })).body).toEqual(answer.body);
  });

  it.each([null, ''])('clears the description for %j', async (description) => {
    const service = await testApp();
    const { id } = await created(service, { description: 'before' });
    expect((await edit(service, id, { description })).body.description).toBeNull();
  });

  it('with nothing to change changes nothing, version and times included', async () => {
    const service = await testApp();
    const { id } = await created(service);
    const before = stateOf(service);
    expect((await edit(service, id, {})).status).toBe(200);
    expect(stateOf(service)).toEqual(before);
  });

  it('takes a merge patch by its own media type', async () => {
    const service = await testApp();
    const { id } = await created(service);
    const answer = await service.request({
      method: 'PATCH',
      path: pathOf(id),
      headers: { 'content-type': 'application/merge-patch+json' },
      body: '{"description":"after"}',
    });
    expect(answer).toMatchObject({ status: 200, body: { description: 'after' } });
  });

  it('never touches the secret, nor the state of an inactive account', async () => {
    const service = await testApp();
    const { id, clientSecret, secretHint } = await created(service);
    await service.request({ method: 'POST', path: `${pathOf(id)}/deactivate` });
    const answer = await edit(service, id, { username: 'other', mode: 'admin', description: 'x' });
    expect(answer.body).toMatchObject({ status: 'inactive', secretHint });
    expect(service.keycloak.clients.get(id)?.secret).toBe(clientSecret);
  });

  it('never changes the clientId or who made the account', async () => {
    const service = await testApp();
    const { id, clientId, createdAt, createdBy } = await created(service);
    const answer = await service.request({
      method: 'PATCH',
      path: pathOf(id),
      body: { username: 'other', mode: 'admin' },
      claims: { sub: 'another' },
    });
    expect(answer.body).toMatchObject({ clientId, createdAt, createdBy });
  });

  it.each([
    { username: null },
    { username: '' },
    { mode: null },
    { mode: 'root' },
    { permissions: null },
    { permissions: [] },
    { description: 'a\0b' },
    { description: 5 },
  ])('refuses %j by its pointer, before any call to Keycloak', async (body) => {
    const service = await testApp();
    const { id } = await created(service, custom);
    const calls = service.keycloak.calls.length;
    const pointer = `/${Object.keys(body)[0]}`;
    expect(await edit(service, id, body)).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
    expect(service.keycloak.calls).toHaveLength(calls);
  });
});

describe('permissions in a patch', () => {
  it('replace the former choice of mode custom', async () => {
    const service = await testApp();
    const { id } = await created(service, custom);
    const answer = await edit(service, id, { permissions: ['ai:use', 'webhooks:read'] });
    expect(answer.body).toMatchObject({ mode: 'custom', permissions: ['ai:use', 'webhooks:read'] });
    expect(rolesOf(service, id)).toEqual(['ai:use', 'webhooks:read']);
  });

  it('stay when mode custom is named again without them', async () => {
    const service = await testApp();
    const { id } = await created(service, custom);
    expect((await edit(service, id, { mode: 'custom' })).body.permissions).toEqual(custom.permissions);
    expect(rolesOf(service, id)).toEqual(['ai:use', 'customers:read']);
  });

  it.each([
    { from: { mode: 'agent' }, patch: { mode: 'custom' }, error: required },
    { from: { mode: 'admin' }, patch: { mode: 'custom', description: 'x' }, error: required },
    { from: { mode: 'agent' }, patch: { permissions: ['ai:use'] }, error: notCustom },
    { from: custom, patch: { mode: 'agent', permissions: ['ai:use'] }, error: notCustom },
    { from: custom, patch: { mode: 'admin', permissions: ['ai:use'] }, error: notCustom },
    {
      from: custom,
      patch: { permissions: ['ai:use', 'ai:rule'] },
      error: { in: 'body', pointer: '/permissions/1', code: 'unknown-permission' },
    },
    {
      from: { mode: 'agent' },
      patch: { mode: 'custom', permissions: ['mode-admin'] },
      error: { in: 'body', pointer: '/permissions/0', code: 'unknown-permission' },
    },
  ])('have to fit: $patch on $from.mode is refused and changes nothing', async ({ from, patch, error }) => {
    const service = await testApp();
    const { id } = await created(service, from);
    const before = stateOf(service);
    expect(await edit(service, id, patch)).toMatchObject({ status: 400, body: { errors: [error] } });
    expect(stateOf(service)).toEqual(before);
  });
});
