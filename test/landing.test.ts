import { describe, expect, it } from 'vitest';
import { testApp } from './support/test-app.ts';

const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

describe("the service's bare address", () => {
  it('shows a person in a browser what there is', async () => {
    const { app } = await testApp({ publicUrl: 'https://api.example.test/gateway' });
    const { statusCode, headers, body } = await app.inject({ url: '/', headers: browser });
    expect(statusCode).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers.vary).toBe('accept');
    for (const path of ['swagger', 'swagger/json', 'readyz'])
      expect(body).toContain(`href="/gateway/${path}"`);
    const withoutSwagger = await testApp({ showDocumentation: false });
    expect((await withoutSwagger.app.inject({ url: '/', headers: browser })).body).not.toContain('swagger');
  });

  it.each([{}, { accept: '*/*' }, { accept: 'application/json' }])(
    'is 404 for a program: %j',
    async (headers) => {
      const { app } = await testApp();
      const answer = await app.inject({ url: '/', headers });
      expect(answer.headers['content-type']).toBe('application/problem+json');
      expect(answer.json()).toMatchObject({ status: 404, code: 'route-not-found' });
    },
  );
});

describe('a browser that calls this machine by another name', () => {
  const locations = async (
    publicUrl: string,
    host: string,
    url = '/swagger?x=1',
    headers: object = browser,
  ) => {
    const { app } = await testApp({ publicUrl });
    const answer = await app.inject({ url, headers: { ...headers, host } });
    return [answer.statusCode, answer.headers.location];
  };
  const configured = 'http://127.0.0.1:3000';

  it('is led to the configured address, from where it can sign in', async () => {
    expect(await locations(configured, 'localhost:3000')).toEqual([302, `${configured}/swagger?x=1`]);
    expect(await locations(configured, '[::1]:3000')).toEqual([302, `${configured}/swagger?x=1`]);
    expect(await locations('http://localhost:3000', '127.0.0.1:3000')).toEqual([
      302,
      'http://localhost:3000/swagger?x=1',
    ]);
    expect(await locations(configured, 'localhost:3000', '//evil.test/')).toEqual([
      302,
      `${configured}//evil.test/`,
    ]);
  });

  it.each([
    ['at the configured address', configured, '127.0.0.1:3000'],
    ['behind a proxy on another port', 'http://127.0.0.1:8081/gateway', 'localhost:3000'],
    ['with an address that the world sees', 'https://api.example.test', 'localhost:3000'],
    ['with a name that is none of this machine', configured, 'evil.test:3000'],
  ])('is led nowhere %s', async (_where, publicUrl, host) => {
    expect((await locations(publicUrl, host))[0]).toBe(200);
  });

  it('leads no program anywhere', async () => {
    expect(await locations(configured, 'localhost:3000', '/livez', {})).toEqual([200, undefined]);
  });
});
