import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { web } from '../../dev/page-build.ts';
import { packInto } from '../../dev/page-package.ts';
import { complaintsOf } from '../support/browser.ts';
import { objections } from './support/axe.ts';
import { type LivePage, livePage } from './support/settings-page.ts';

const run = promisify(execFile);

/** What a host's style sheet may do to a page within it. */
const hostile = `
  * { box-sizing: content-box; letter-spacing: 6px; line-height: 3; }
  html { font-size: 31px; }
  body { text-align: center; text-transform: uppercase; color: red; word-spacing: 20px; }
  button, input, textarea, a, h1, h2, p, code, span, label { font: italic 40px serif; color: red; background: yellow; padding: 30px; margin: 20px; border: 9px dotted; }
  main table, main td, main th { display: block; float: right; background: pink; }
  .button, .dialog, .row, .badge, .input { display: none; }
`;
/** What nothing but a shadow root keeps out. */
const important = '* { color: red !important; padding: 50px !important; font-size: 50px !important; }';

let folder: string;
let host: Server;
let live: LivePage;
let token: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orki-host-'));
  await buildHost(await packInto(folder));
  host = await serve();
  live = await livePage('embedded', () => ({ corsOrigins: [originOf(host)] }));
  token = await live.realm.tokenOf('admin');
  await live.create({ username: 'Embedded', description: 'In a host', mode: 'agent' });
}, 180_000);
afterAll(async () => {
  await live?.[Symbol.asyncDispose]();
  host?.close();
  await rm(folder, { recursive: true, force: true });
});

const originOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** A host as somebody else would write it, with the packed file installed and React from the outside. */
async function buildHost(tarball: string): Promise<void> {
  const modules = join(folder, 'node_modules');
  await mkdir(join(modules, '@orki', 'service-account-tokens'), { recursive: true });
  await run('tar', [
    '-xzf',
    tarball,
    '--strip-components=1',
    '-C',
    join(modules, '@orki', 'service-account-tokens'),
  ]);
  for (const name of await readdir(join(web, 'node_modules'))) {
    if (!name.startsWith('.') && name !== '@orki')
      await symlink(join(web, 'node_modules', name), join(modules, name));
  }
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  await writeFile(
    join(folder, 'react.jsx'),
    `import { createElement } from 'react';
     import { createRoot } from 'react-dom/client';
     import { browserRouter, ServiceAccountTokens } from '@orki/service-account-tokens';
     import '@orki/service-account-tokens/styles.css';
     const { props } = globalThis.host;
     const router = browserRouter('/react');
     createRoot(document.querySelector('main')).render(createElement(ServiceAccountTokens, { ...props, router }));`,
  );
  const config = `export default { build: { outDir: 'out', target: 'es2023', rolldownOptions: { input: 'react.jsx', output: { entryFileNames: 'react.js', assetFileNames: '[name][extname]' } } } };`;
  await writeFile(join(folder, 'vite.config.mjs'), config);
  await run(process.execPath, [join(web, 'node_modules', 'vite', 'bin', 'vite.js'), 'build'], {
    cwd: folder,
    env: { ...process.env, NODE_ENV: 'production' },
  });
}

/** Serves the host's pages under a policy that allows no style and no script but the host's own files. */
async function serve(): Promise<Server> {
  const packed = join(folder, 'node_modules', '@orki', 'service-account-tokens', 'dist', 'package');
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://host');
    const name = pathname.slice(1);
    const policy = `default-src 'none'; script-src 'self'; style-src 'self'; connect-src ${live.service.url}`;
    const send = (type: string, body: string | Buffer) =>
      response.writeHead(200, { 'content-type': type, 'content-security-policy': policy }).end(body);
    if (name === 'host.css')
      return send('text/css', searchParams.has('important') ? hostile + important : hostile);
    if (name === 'settings.js') return send('text/javascript', settingsScript(searchParams));
    if (name === 'element-host.js') return send('text/javascript', elementScript);
    if (/^(react|element)$/.test(name)) return send('text/html', documentOf(name, searchParams));
    const file = await readFile(join(folder, 'out', name))
      .catch(() => readFile(join(packed, name)))
      .catch(() => undefined);
    if (file === undefined) return response.writeHead(404).end();
    return send(name.endsWith('.css') ? 'text/css' : 'text/javascript', file);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const settingsScript = (look: URLSearchParams) => `globalThis.host = { props: {
  tenantId: 'acme', apiUrl: ${JSON.stringify(live.service.url)}, tokenUrl: ${JSON.stringify(live.realm.tokenUrl)},
  language: '${look.get('language') ?? 'en'}', colorScheme: '${look.get('scheme') ?? 'light'}', theme: { '--orki-accent': 'light-dark(rgb(120, 20, 90), rgb(240, 170, 215))' },
  getAccessToken: async () => ${JSON.stringify(token)} } };`;

const elementScript = `
  import { browserRouter } from '/element.js';
  const { getAccessToken, theme, ...texts } = globalThis.host.props;
  const element = document.createElement('orki-service-account-tokens');
  const attribute = (name) => name.replace(/[A-Z]/g, (letter) => '-' + letter.toLowerCase());
  for (const [name, value] of Object.entries(texts)) element.setAttribute(attribute(name), value);
  Object.assign(element, { getAccessToken, theme, router: browserRouter('/element') });
  document.querySelector('main').append(element);
`;

const documentOf = (
  kind: string,
  parameters: URLSearchParams,
) => `<!doctype html><html lang="en"><head><title>A host</title>
  ${parameters.has('css') ? `<link rel="stylesheet" href="/host.css?${parameters.get('css')}">` : ''}
  ${kind === 'react' ? '<link rel="stylesheet" href="/react.css">' : ''}
  </head><body><main></main>
  <script src="/settings.js?${parameters}"></script>
  <script type="module" src="/${kind === 'react' ? 'react.js' : 'element-host.js'}"></script></body></html>`;

async function openHost(path: string) {
  const context = await live.browser.newContext({
    viewport: { width: 1280, height: 900 },
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const complaints = complaintsOf(page);
  await page.goto(`${originOf(host)}/${path}`);
  await page.locator('.row').first().waitFor();
  return { page, context, complaints };
}

/** How what people look at is drawn. */
async function drawing(page: Page) {
  const selectors = [
    '.page-title',
    '.button-primary',
    '.search-input',
    '.chip',
    '.row td',
    '.badge',
    '.account-name',
  ];
  const styles: Record<string, unknown> = {};
  for (const selector of selectors) {
    styles[selector] = await page
      .locator(selector)
      .first()
      .evaluate((element) => {
        const style = getComputedStyle(element);
        const names = ['display', 'color', 'background-color', 'font-size', 'font-style', 'line-height'];
        const more = [
          'letter-spacing',
          'word-spacing',
          'text-transform',
          'text-align',
          'padding',
          'margin',
          'border',
        ];
        return [...names, ...more].map((name) => `${name}: ${style.getPropertyValue(name)}`);
      });
  }
  return styles;
}

describe.each([
  ['react', 'hostile'],
  ['element', 'hostile&important'],
])('mounted as %s', (kind, css) => {
  it('looks the same under a hostile style sheet, in the theme of the host', async () => {
    const [clean, under] = [await openHost(kind), await openHost(`${kind}?css=${encodeURIComponent(css)}`)];
    const expected = await drawing(clean.page);
    expect(await drawing(under.page)).toEqual(expected);
    expect(JSON.stringify(expected)).toContain('background-color: rgb(120, 20, 90)');
    await Promise.all([clean.context.close(), under.context.close()]);
  });

  it.each([
    { language: 'en', scheme: 'light' },
    { language: 'en', scheme: 'dark' },
    { language: 'ar', scheme: 'light' },
    { language: 'ar', scheme: 'dark' },
  ])(
    'gives axe nothing to object to, in $language and $scheme, in the list and in a dialog',
    async (look) => {
      const { page, context } = await openHost(`${kind}?${new URLSearchParams({ css, ...look })}`);
      const mounted = kind === 'react' ? '.orki-page' : 'orki-service-account-tokens';
      expect(await objections(page, mounted)).toEqual([]);
      await page.locator('.page-heading .button-primary').click();
      await page.locator('.dialog').waitFor();
      // React Aria hangs dialogs into a container beside the page.
      expect(await objections(page, kind === 'react' ? '.dialog' : mounted)).toEqual([]);
      await context.close();
    },
  );

  it('creates an account and shows its secret, in dialogs that look the same, without a complaint', async () => {
    const { page, context, complaints } = await openHost(`${kind}?css=hostile`);
    await page.locator('.page-heading .button-primary').click();
    const form = page.getByRole('dialog');
    expect(await form.evaluate((dialog) => getComputedStyle(dialog).letterSpacing)).toBe('normal');
    await form.getByRole('textbox', { name: 'Username' }).fill(`Made in ${kind}`);
    await form.getByText('Agent', { exact: true }).click();
    await form.getByRole('button', { name: 'Review' }).click();
    await form.getByRole('button', { name: 'Create Service Account' }).click();
    await page.getByText('client_secret', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Go back to the secret' }).click();
    await page.getByText('I have stored the client_secret').click();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('link', { name: `Made in ${kind}` }).click();
    await page.getByRole('heading', { level: 1, name: `Made in ${kind}` }).waitFor();
    expect(new URL(page.url()).pathname).toMatch(new RegExp(`^/${kind}/[0-9a-f-]{36}$`));
    await page.goBack();
    await page.locator('.row').first().waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });
});
