import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { names } from '../../src/names.ts';
import { obtainToken } from '../support/live-oauth.ts';
import { type LiveRealm, liveRealm } from '../support/live-realm.ts';
import { startService } from '../support/live-service.ts';
import { rolesInToken } from '../support/test-app.ts';

/** One node, whose caches are current: what several nodes need of Keycloak works with the rights that the service has. */
let realm: LiveRealm;
let service: Awaited<ReturnType<typeof startService>>;
beforeAll(async () => {
  realm = await liveRealm('several-nodes');
  service = await startService(realm, { nodes: 2 });
});
afterAll(() => service[Symbol.asyncDispose]());

const path = '/acme/service-accounts';

async function make(username: string, grant: object) {
  const answer = await service.request({ method: 'POST', path, body: { username, ...grant } });
  expect(answer.status).toBe(201);
  return answer.body;
}

const rolesOf = async (id: string) => (await realm.inKeycloak(id))?.roles[names.apiClient];

describe('a service that was told of two nodes', () => {
  it('changes rights in every direction, and leaves just those, also in the token', async () => {
    const account = await make('every direction', { mode: 'agent' });
    for (const grant of [
      { mode: 'admin', permissions: undefined, mapped: ['mode-admin'] },
      { mode: 'custom', permissions: ['customers:read'], mapped: ['customers:read'] },
      { mode: 'custom', permissions: ['ai:use', 'customers:read'], mapped: ['ai:use', 'customers:read'] },
      { mode: 'agent', permissions: undefined, mapped: ['mode-agent'] },
    ]) {
      const { mapped, ...body } = grant;
      const answer = await service.request({ method: 'PATCH', path: `${path}/${account.id}`, body });
      expect(answer).toMatchObject({ status: 200, body: { mode: grant.mode } });
      expect(await rolesOf(account.id)).toEqual(mapped);
    }
    const { claims } = await obtainToken(realm, account);
    expect(claims.resource_access?.[names.apiClient]?.roles.toSorted()).toEqual(rolesInToken('agent').sort());
  });

  it('goes by the roles that an administrator has added in the console', async () => {
    const { id } = await make('added in the console', { mode: 'custom', permissions: ['customers:read'] });
    const user = (await realm.inKeycloak(id))?.user.id;
    await realm.mapApiRoles(user, ['security:write']);
    const regenerated = {
      as: 'agentWriter',
      method: 'POST',
      path: `${path}/${id}/regenerate-secret`,
    } as const;
    expect(await service.request(regenerated)).toMatchObject({ status: 403 });
    const edit = { method: 'PATCH', path: `${path}/${id}`, body: { mode: 'agent' } };
    expect(await service.request(edit)).toMatchObject({ status: 200 });
    expect(await rolesOf(id)).toEqual(['mode-agent']);
  });

  it('deactivates, activates, regenerates, renames and deletes', async () => {
    const { id } = await make('all else', { mode: 'agent' });
    const one = `${path}/${id}`;
    for (const [method, below, body] of [
      ['POST', '/deactivate'],
      ['POST', '/activate'],
      ['POST', '/regenerate-secret'],
      ['POST', '/regenerate-secret', { overlapSeconds: 60 }],
      ['DELETE', '/previous-secret'],
      ['PATCH', '', { username: 'renamed' }],
    ] as const) {
      const answer = await service.request({ method, path: `${one}${below}`, ...(body && { body }) });
      expect(answer, `${method} ${below}`).toMatchObject({ status: 200 });
    }
    expect(await service.request({ method: 'DELETE', path: one })).toMatchObject({ status: 204 });
    expect(await service.request({ method: 'POST', path: `${one}/activate` })).toMatchObject({ status: 404 });
  });
});
