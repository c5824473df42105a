import { describe, expect, it } from 'vitest';
import type { Readiness } from '../src/http/health.ts';
import { testApp } from './support/test-app.ts';

const ready: Readiness = { keycloak: 'up', provisioned: true, missing: [], unavailable: [] };
const down: Readiness = { keycloak: 'down', provisioned: false, missing: [], unavailable: [] };
const bare: Readiness = {
  keycloak: 'up',
  provisioned: false,
  missing: ['client orki-tenants'],
  unavailable: [],
};

/** A service that finds one state after the other on being asked whether it is ready. */
async function finding(...states: Readiness[]) {
  const { app } = await testApp({ checkReadiness: async () => states.shift() ?? ready });
  return async () => {
    const answer = await app.inject('/readyz');
    return { status: answer.statusCode, body: answer.json(), headers: answer.headers };
  };
}

describe('/livez', () => {
  it('returns 200 without asking Keycloak, and without a token', async () => {
    const asked: string[] = [];
    const { app, keycloak } = await testApp({
      checkReadiness: async () => {
        asked.push('readiness');
        return down;
      },
    });
    const answer = await app.inject('/livez');
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({ status: 'live' });
    expect([...asked, ...keycloak.calls]).toEqual([]);
  });
});

describe('/readyz', () => {
  it.each([
    [down, 'down'],
    [bare, 'up'],
  ])('returns 503, and says why, until Keycloak was seen provisioned: %o', async (state, keycloak) => {
    const readyz = await finding(state, ready);
    expect(await readyz()).toMatchObject({
      status: 503,
      body: { status: 'not-ready', keycloak, provisioned: false, missing: state.missing },
    });
    expect(await readyz()).toMatchObject({ status: 200, body: { status: 'ready', provisioned: true } });
  });

  it('goes on returning 200 when Keycloak goes down later, and says so in its body', async () => {
    const readyz = await finding(ready, down);
    await readyz();
    expect(await readyz()).toMatchObject({ status: 200, body: { status: 'ready', keycloak: 'down' } });
  });

  it('says what is missing later, and then not that all is there', async () => {
    const readyz = await finding(ready, bare);
    await readyz();
    expect(await readyz()).toMatchObject({
      status: 200,
      body: { status: 'ready', provisioned: false, missing: ['client orki-tenants'], unavailable: [] },
    });
  });

  it('is ready without a feature that Keycloak does not have, and names it', async () => {
    const readyz = await finding({ ...ready, unavailable: ['overlap of secrets'] });
    expect(await readyz()).toMatchObject({
      status: 200,
      body: { status: 'ready', provisioned: true, missing: [], unavailable: ['overlap of secrets'] },
    });
  });

  it('is never cached', async () => {
    const readyz = await finding();
    expect((await readyz()).headers['cache-control']).toBe('no-store');
  });
});
