import { describe, expect, it } from 'vitest';
import { created, pathOf, rolesOf, stateOf } from '../support/accounts.ts';
import { inject } from '../support/faults.ts';
import { type TestApp, testApp } from '../support/test-app.ts';

const switchTo = (service: TestApp, id: string, verb: 'activate' | 'deactivate') =>
  service.request({ method: 'POST', path: `${pathOf(id)}/${verb}` });

describe('switching an account off and on', () => {
  it('shows in its status, in the list, and as its last change', async () => {
    const service = await testApp();
    const { id, version } = await created(service);
    const off = await switchTo(service, id, 'deactivate');
    expect(off).toMatchObject({ status: 200, body: { status: 'inactive' } });
    expect(off.body.version).not.toBe(version);
    expect((await service.request({})).body.items).toEqual([off.body]);
    const on = await switchTo(service, id, 'activate');
    expect(on).toMatchObject({ status: 200, body: { status: 'active' } });
  });

  it('needs no body, whatever Content-Type says of it', async () => {
    const service = await testApp();
    const { id } = await created(service);
    const off = await service.request({
      method: 'POST',
      path: `${pathOf(id)}/deactivate`,
      headers: { 'content-type': 'application/json' },
      body: '',
    });
    expect(off).toMatchObject({ status: 200, body: { status: 'inactive' } });
  });

  it('leaves its secret and its roles as they are', async () => {
    const service = await testApp();
    const { id, clientSecret } = await created(service);
    await switchTo(service, id, 'deactivate');
    await switchTo(service, id, 'activate');
    expect(service.keycloak.clients.get(id)?.secret).toBe(clientSecret);
    expect(rolesOf(service, id)).toEqual(['mode-agent']);
  });

  it.each(['activate', 'deactivate'] as const)('does nothing the second time: %s', async (verb) => {
    const service = await testApp();
    const { id } = await created(service);
    const first = await switchTo(service, id, verb);
    const before = stateOf(service);
    const second = await switchTo(service, id, verb);
    expect(second).toMatchObject({ status: 200, body: first.body });
    expect(stateOf(service)).toEqual(before);
  });

  it('discloses no secret', async () => {
    const service = await testApp();
    const { id, clientSecret } = await created(service);
    const answers = [await switchTo(service, id, 'deactivate'), await switchTo(service, id, 'activate')];
    for (const { body } of answers) expect(JSON.stringify(body)).not.toContain(clientSecret);
  });

  it('that failed says so, and changed nothing', async () => {
    const service = await testApp();
    const { id } = await created(service);
    const before = stateOf(service);
    inject(service.keycloak, { method: 'setStatus' });
    expect((await switchTo(service, id, 'deactivate')).status).toBe(503);
    expect(stateOf(service)).toEqual(before);
  });

  it('whose answer was lost is as it should be after a retry', async () => {
    const service = await testApp();
    const { id } = await created(service);
    inject(service.keycloak, { method: 'setStatus', when: 'after', code: 'outcome-unknown' });
    expect((await switchTo(service, id, 'deactivate')).status).toBe(504);
    inject(service.keycloak);
    service.keycloak.locks.clear();
    expect(await switchTo(service, id, 'deactivate')).toMatchObject({
      status: 200,
      body: { status: 'inactive' },
    });
  });
});
