import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root } from '../../../dev/paths.ts';
import { complaintsOf, launchChromium } from '../../support/browser.ts';
import { type LiveRealm, liveRealm } from '../../support/live-realm.ts';
import { startService } from '../../support/live-service.ts';

const run = promisify(execFile);
const name = '@orki/service-accounts-client';

let folder: string;
let pages: Server;
let realm: LiveRealm;
let service: Awaited<ReturnType<typeof startService>>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orki-client-'));
  await installPackedFile();
  pages = await servePages();
  realm = await liveRealm('packed');
  service = await startService(realm, { corsOrigins: [originOf(pages)] });
});
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  pages?.close();
  await rm(folder, { recursive: true, force: true });
});

/** What anybody would write with it. */
const usage = `
import { createServiceAccountsClient, isProblem } from '${name}';

export async function use({ baseUrl, token, username }) {
  const accounts = createServiceAccountsClient({ baseUrl, tenantId: 'acme', token: () => token });
  const { id, clientSecret } = await accounts.create({ username, mode: 'agent' });
  const refusal = await accounts.create({ username, mode: 'agent' }).catch((error) => error);
  const listed = [];
  for await (const account of accounts.list({ search: username })) listed.push(account.id === id);
  const options = { idempotencyKey: crypto.randomUUID() };
  const { version } = await accounts.regenerateSecret(id, options);
  const { replayed } = await accounts.regenerateSecret(id, options);
  const stale = await accounts.deactivate(id, { ifMatch: version }).catch((error) => error);
  const { status } = await accounts.deactivate(id);
  await accounts.delete(id);
  return {
    secret: clientSecret.slice(0, 8),
    refusals: [isProblem(refusal, 'username-taken'), isProblem(stale, 'precondition-failed')],
    listed,
    replayed,
    status,
  };
}
`;
const expected = {
  secret: 'orki_sa_',
  refusals: [true, true],
  listed: [true],
  replayed: true,
  status: 'inactive',
};

it('works in Node, from the packed file', async () => {
  const input = { baseUrl: service.url, token: await realm.tokenOf('admin'), username: 'From Node' };
  const code = `import { use } from './usage.mjs'; console.log(JSON.stringify(await use(${JSON.stringify(input)})));`;
  await writeFile(join(folder, 'main.mjs'), code);
  const { stdout } = await run(process.execPath, [join(folder, 'main.mjs')]);
  expect(JSON.parse(stdout)).toEqual(expected);
});

it('works in a browser, from the packed file, without a bundler', async () => {
  const input = { baseUrl: service.url, token: await realm.tokenOf('admin'), username: 'From a page' };
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    const complaints = complaintsOf(page);
    await page.goto(originOf(pages));
    const outcome = await page.evaluate(
      `import('/usage.mjs').then(({ use }) => use(${JSON.stringify(input)}))`,
    );
    expect(outcome).toEqual(expected);
    // Two calls are refused, which a browser's console shows as errors of its own.
    expect(complaints.filter((complaint) => !/409|412/.test(complaint))).toEqual([]);
  } finally {
    await browser.close();
  }
});

/** Packs it as npm run client -- --pack does, and installs it as anybody would. */
async function installPackedFile(): Promise<void> {
  const { stdout } = await run(process.execPath, [join(root, 'dev', 'client.ts'), '--pack', folder]);
  await writeFile(join(folder, 'package.json'), '{ "private": true }');
  // The first run says before it that the client's dependencies are being installed.
  const tarball = stdout.trim().split('\n').at(-1) ?? '';
  await run('npm', ['install', '--silent', '--no-save', tarball], { cwd: folder });
  await writeFile(join(folder, 'usage.mjs'), usage);
}

/** Serves the folder to a browser, which finds the packages by an import map. */
async function servePages(): Promise<Server> {
  const imports = {
    [name]: `/node_modules/${name}/dist/index.js`,
    'openapi-fetch': '/node_modules/openapi-fetch/dist/index.mjs',
  };
  const page = `<!doctype html><link rel="icon" href="data:,"><script type="importmap">${JSON.stringify({ imports })}</script>`;
  const server = createServer(async (request, response) => {
    const isPage = request.url === '/';
    const text = isPage
      ? page
      : await readFile(join(folder, request.url ?? ''), 'utf8').catch(() => undefined);
    response.writeHead(text === undefined ? 404 : 200, {
      'content-type': isPage ? 'text/html' : 'text/javascript',
    });
    response.end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const originOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
