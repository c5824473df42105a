import { describe, expect, it } from 'vitest';
import { callsOnOne, create, created, edit, pathOf } from './support/accounts.ts';
import { inject } from './support/faults.ts';
import { type Answer, testApp, tokenFor } from './support/test-app.ts';

describe('a secret', () => {
  it('is in the answers of create and regenerate, and nowhere else: no answer, log line or audit record', async () => {
    const service = await testApp();
    const secrets = new Set<string>();
    const answers: Answer[] = [];
    const note = (answer: Answer) => {
      if (answer.body?.clientSecret === undefined) answers.push(answer);
      else {
        secrets.add(answer.body.clientSecret);
        expect(answer.headers['cache-control']).toBe('no-store');
        const { clientSecret: _, ...rest } = answer.body;
        answers.push({ ...answer, body: rest });
      }
      return answer;
    };
    const { id } = note(await create(service)).body;
    note(await service.request({ path: '/acme/service-accounts?search=orki_sa_' }));
    for (const { method, below, ...rest } of callsOnOne.filter(({ method }) => method !== 'DELETE')) {
      note(await service.request({ method, path: `${pathOf(id)}${below}`, ...rest }));
      note(await service.request({ method, path: `${pathOf(id)}${below}`, ...rest, grant: [] }));
    }
    note(await edit(service, id, { username: 'other', mode: 'admin' }));
    // Back from keys to a secret.
    note(await service.request({ method: 'POST', path: `${pathOf(id)}/regenerate-secret` }));
    // In an overlap, whose old secret is kept beside the new one.
    const overlap = {
      method: 'POST',
      path: `${pathOf(id)}/regenerate-secret`,
      body: { overlapSeconds: 60 },
    } as const;
    note(await service.request(overlap));
    expect(service.keycloak.clients.get(id)?.rotatedSecret).toMatch(/^orki_sa_/);
    const reads = ['', '/history'].map((below) => `${pathOf(id)}${below}`);
    for (const path of [...reads, '/acme/service-accounts', '/acme/revocations']) {
      note(await service.request({ path }));
    }
    for (const when of ['before', 'after'] as const) {
      inject(service.keycloak, { method: 'replaceSecret', when });
      note(await service.request(overlap));
      inject(service.keycloak, { method: 'endPreviousSecret', when });
      note(await service.request({ method: 'DELETE', path: `${pathOf(id)}/previous-secret` }));
      inject(service.keycloak, { method: 'setStatus', when });
      note(await service.request({ method: 'POST', path: `${pathOf(id)}/revoke-tokens` }));
    }
    inject(service.keycloak);
    for (const method of ['replaceSecret', 'grantRoles', 'deleteAccount'] as const) {
      for (const when of ['before', 'after'] as const) {
        inject(service.keycloak, { method, when }, { method: 'releaseUsername' });
        note(await service.request({ method: 'POST', path: `${pathOf(id)}/regenerate-secret` }));
        note(await create(service, { username: `${method} ${when}` }));
        for (const { secret } of service.keycloak.clients.values()) secrets.add(secret);
      }
    }
    inject(service.keycloak);
    note(await service.request({ method: 'DELETE', path: pathOf(id) }));

    expect(secrets.size).toBeGreaterThan(4);
    const everything = JSON.stringify([answers, service.log, service.audit]);
    for (const secret of secrets) expect(everything).not.toContain(secret);
    expect(everything).not.toMatch(/orki_sa_[0-9A-Za-z]{10}/);
  });

  it('and the token of the caller never reach the log', async () => {
    const service = await testApp();
    const authorization = `Bearer ${await tokenFor()}`;
    await service.request({ headers: { authorization } });
    await service.request({ headers: { authorization: `${authorization}x` } });
    const log = service.log.join('');
    expect(log).toContain('request failed');
    expect(log).not.toContain(authorization.slice(-43));
  });

  it('chosen by a caller is refused, and is not repeated', async () => {
    const service = await testApp();
    const answer = await create(service, { secret: 'canary-value', clientSecret: 'canary-value' });
    expect(answer.status).toBe(400);
    expect(JSON.stringify([answer, service.log])).not.toContain('canary-value');
  });

  it('would be stripped from a read, even if an operation let it slip', async () => {
    const service = await testApp();
    const { id, clientSecret } = await created(service);
    const stored = service.keycloak.clients.get(id);
    if (stored !== undefined) Object.assign(stored.account, { secret: clientSecret, clientSecret });
    for (const path of [pathOf(id), '/acme/service-accounts']) {
      const answer = await service.request({ path });
      expect(answer.status).toBe(200);
      expect(JSON.stringify(answer.body)).not.toContain(clientSecret);
    }
  });

  it('is kept from caches, as every answer of the API is', async () => {
    const service = await testApp();
    const { id } = await created(service);
    for (const { method, below, ...rest } of callsOnOne) {
      const { headers } = await service.request({ method, path: `${pathOf(id)}${below}`, ...rest });
      expect(headers['cache-control']).toBe('no-store');
    }
  });
});
