import { describe, expect, it } from 'vitest';
import { testApp } from './support/test-app.ts';

describe('rate limits', () => {
  it('hold one caller to its own limit, with the standard headers, and leave others alone', async () => {
    const { request } = await testApp({ rateLimits: { perCallerPerMinute: 2, perTenantPerMinute: 100 } });
    const first = await request({});
    expect(first.status).toBe(200);
    expect(first.headers).toMatchObject({ 'ratelimit-limit': '2', 'ratelimit-remaining': '1' });
    await request({});
    const refused = await request({});
    expect(refused).toMatchObject({ status: 429, body: { code: 'rate-limited', status: 429 } });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await request({ claims: { sub: 'another person' } })).status).toBe(200);
  });

  it('hold the callers of a tenant together to theirs, and leave other tenants alone', async () => {
    const { request } = await testApp({ rateLimits: { perCallerPerMinute: 100, perTenantPerMinute: 2 } });
    await request({ claims: { sub: 'one' } });
    await request({ claims: { sub: 'two' } });
    const refused = await request({ claims: { sub: 'three' } });
    expect(refused).toMatchObject({ status: 429, body: { code: 'rate-limited' } });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    const elsewhere = await request({ tenantId: 'globex', path: '/globex/service-accounts' });
    expect(elsewhere.status).toBe(200);
  });
});
