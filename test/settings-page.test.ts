import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issuer, publicUrl, testApp } from './support/test-app.ts';

const address = '/settings/service-account-tokens';
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'orki-page-'));
  mkdirSync(join(folder, 'assets'));
  const script = '<script type="module" src="./assets/index-1a2b.js"></script>';
  writeFileSync(join(folder, 'index.html'), `<html><head>${script}</head><body></body></html>`);
  writeFileSync(join(folder, 'assets', 'index-1a2b.js'), 'plain');
  writeFileSync(join(folder, 'assets', 'index-1a2b.js.br'), 'compressed');
});
afterAll(() => rmSync(folder, { recursive: true }));

const app = async (tenantApiUrl = 'https://tenant.example.test') =>
  (await testApp({ settingsPage: { folder, tenantApiUrl } })).app;

describe('the settings page', () => {
  it.each([address, `${address}/0b5d0e8c-6f0e-4a0b-8f6e-0d2b1f0a9c11`, `${address}?create&mode=custom`])(
    'is served at %s, with files whose addresses hold there',
    async (url) => {
      const answer = await (await app()).inject(url);
      expect(answer.statusCode).toBe(200);
      expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
      expect(answer.body).toContain(`src="/gateway${address}/assets/index-1a2b.js"`);
    },
  );

  it("is where a person gets from the service's bare address, and from another name of this machine", async () => {
    const headers = { accept: 'text/html' };
    const answer = await (await app()).inject({ url: '/', headers });
    expect([answer.statusCode, answer.headers.location]).toEqual([302, `/gateway${address}`]);

    const settingsPage = { folder, tenantApiUrl: 'https://tenant.example.test' };
    const local = (await testApp({ settingsPage, publicUrl: 'http://127.0.0.1:3000' })).app;
    const named = await local.inject({ url: address, headers: { ...headers, host: 'localhost:3000' } });
    expect([named.statusCode, named.headers.location]).toEqual([302, `http://127.0.0.1:3000${address}`]);
  });

  it('carries its configuration, whatever characters are in it', async () => {
    const answer = await (await app('https://tenant.example.test/?a="<b>&')).inject(address);
    const [, content = ''] = /<meta name="settings-page" content="([^"]*)" \/>/.exec(answer.body) ?? [];
    const text = content.replaceAll('&lt;', '<').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
    expect(content).not.toContain('<');
    expect(JSON.parse(text)).toEqual({
      issuer,
      clientId: 'orki-frontend',
      publicUrl,
      tenantApiUrl: 'https://tenant.example.test/?a="<b>&',
    });
  });

  it('lets the browser get the connection to Keycloak ready, where people sign in first', async () => {
    const answer = await (await app()).inject(address);
    expect(answer.body).toContain('<link rel="preconnect" href="https://auth.example.test" crossorigin />');
  });

  it('runs and styles nothing but its own files, and speaks to the service and Keycloak alone', async () => {
    const answer = await (await app()).inject(address);
    const directives = String(answer.headers['content-security-policy']).split('; ');
    expect(directives.sort()).toEqual(
      [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self' https://api.example.test https://auth.example.test",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
      ].sort(),
    );
  });

  it('asks again before it uses the document, and keeps the files, which are named by their content', async () => {
    const server = await app();
    const first = await server.inject(address);
    expect(first.headers['cache-control']).toBe('no-cache');
    const { etag } = first.headers;
    const second = await server.inject({ url: address, headers: { 'if-none-match': String(etag) } });
    expect([second.statusCode, second.body, second.headers.etag]).toEqual([304, '', etag]);
    const file = await server.inject(`${address}/assets/index-1a2b.js`);
    expect(file.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(file.headers.etag).toBeTruthy();
  });

  it('sends the compressed copy to whoever takes it', async () => {
    const server = await app();
    const url = `${address}/assets/index-1a2b.js`;
    const compressed = await server.inject({ url, headers: { 'accept-encoding': 'gzip, br' } });
    expect([compressed.body, compressed.headers['content-encoding']]).toEqual(['compressed', 'br']);
    const plain = await server.inject(url);
    expect([plain.body, plain.headers['content-encoding']]).toEqual(['plain', undefined]);
  });

  it('leads from the address with a slash to the one without', async () => {
    const answer = await (await app()).inject(`${address}/`);
    expect([answer.statusCode, answer.headers.location]).toEqual([308, `/gateway${address}`]);
  });

  it.each([`${address}/assets/none.js`, `${address}/assets/..%2Findex.html`, '/settings', `${address}/a/b`])(
    'answers %s with a problem',
    async (url) => {
      const answer = await (await app()).inject(url);
      expect(answer.json()).toMatchObject({ status: 404, code: 'route-not-found' });
    },
  );

  it('is not there when it is switched off', async () => {
    const { app: server } = await testApp();
    expect((await server.inject(address)).json()).toMatchObject({ status: 404, code: 'route-not-found' });
  });
});
