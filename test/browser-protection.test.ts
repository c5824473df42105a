import { describe, expect, it } from 'vitest';
import { testApp } from './support/test-app.ts';

const preflight = (origin: string) => ({
  method: 'OPTIONS' as const,
  url: '/api/v1/tenants/acme/service-accounts',
  headers: { origin, 'access-control-request-method': 'POST' },
});

describe('CORS', () => {
  it('is closed by default', async () => {
    const { app, request } = await testApp();
    const answer = await app.inject(preflight('https://app.orki.test'));
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    const got = await request({ headers: { origin: 'https://app.orki.test' } });
    expect(got.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('lets configured origins alone through, and never credentials', async () => {
    const { app } = await testApp({ corsOrigins: ['https://app.orki.test'] });
    const allowed = await app.inject(preflight('https://app.orki.test'));
    expect(allowed.headers['access-control-allow-origin']).toBe('https://app.orki.test');
    expect(allowed.headers).not.toHaveProperty('access-control-allow-credentials');
    const other = await app.inject(preflight('https://evil.test'));
    expect(other.headers['access-control-allow-origin']).not.toBe('https://evil.test');
    expect(other.headers['access-control-allow-origin']).not.toBe('*');
  });

  it('lets a page set the conditions of a change, and read what an answer says beside its body', async () => {
    const origin = 'https://app.orki.test';
    const { app, request } = await testApp({ corsOrigins: [origin] });
    const asked = await app.inject(preflight(origin));
    expect(listed(asked.headers['access-control-allow-headers'])).toEqual([
      'authorization',
      'content-type',
      'idempotency-key',
      'if-match',
      'traceparent',
      'tracestate',
    ]);
    const body = { username: 'crm-sync', mode: 'agent' };
    const headers = { origin, 'idempotency-key': 'k-1' };
    await request({ method: 'POST', body, headers });
    const repeated = await request({ method: 'POST', body, headers });
    const ofTheApi = ['etag', 'idempotency-replayed', 'location', 'x-request-id'];
    const ofTheLimit = ['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'];
    expect(Object.keys(repeated.headers)).toEqual(expect.arrayContaining([...ofTheApi, ...ofTheLimit]));
    expect(listed(repeated.headers['access-control-expose-headers'])).toEqual(
      [...ofTheApi, ...ofTheLimit, 'retry-after'].sort(),
    );
  });

  const listed = (header: unknown) => String(header).toLowerCase().split(/, ?/).sort();
});

describe('/swagger', () => {
  it('runs no script but its own and talks to Keycloak and the service alone', async () => {
    const { app } = await testApp();
    const { headers } = await app.inject('/swagger');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("connect-src 'self' https://api.example.test https://auth.example.test;");
  });

  it('can be switched off, document and all', async () => {
    const { app } = await testApp({ showDocumentation: false });
    expect((await app.inject('/swagger')).statusCode).toBe(404);
    expect((await app.inject('/swagger/json')).statusCode).toBe(404);
  });
});
