import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Started, startInBackground, stop, tail } from '../../dev/child.ts';
import { freePort } from '../support/free-port.ts';
import { type LiveRealm, liveRealm } from '../support/live-realm.ts';

const folder = mkdtempSync(join(tmpdir(), 'reverse-proxy-'));
const file = (name: string) => join(folder, name);
const started: Started[] = [];
let realm: LiveRealm;
let origin: string;
let agent: Agent;

beforeAll(async () => {
  realm = await liveRealm('proxy');
  const [proxyPort, servicePort] = [await freePort(), await freePort()];
  origin = `https://127.0.0.1:${proxyPort}`;
  // As --hostname does for the whole server.
  await realm.admin('PUT', '', { attributes: { frontendUrl: origin } });
  makeCertificate();
  agent = new Agent({ connect: { ca: readFileSync(file('tls.crt')) } });
  writeFileSync(file('nginx.conf'), nginxConfiguration(proxyPort, servicePort));
  await start('nginx', ['-p', folder, '-c', file('nginx.conf'), '-g', 'daemon off;'], {});
  await start(process.execPath, ['src/server.ts'], {
    PORT: String(servicePort),
    PUBLIC_URL: `${origin}/gateway`,
    KEYCLOAK_URL: origin,
    KEYCLOAK_INTERNAL_URL: realm.url,
    KEYCLOAK_REALM: realm.name,
    KEYCLOAK_CLIENT_SECRET: realm.secret,
    TRUSTED_PROXIES: '127.0.0.1',
    AUDIT_FILE: file('audit'),
  });
  await vi.waitFor(async () => expect((await get('/gateway/swagger/json')).status).toBe(200), {
    timeout: 60_000,
    interval: 250,
  });
  // What the service looks up once takes a Keycloak that has just started longer than a request may.
  const authorization = `Bearer ${await realm.tokenOf('admin')}`;
  await vi.waitFor(
    async () => {
      expect((await fetch(`http://127.0.0.1:${servicePort}/readyz`)).status).toBe(200);
      const list = await send('/gateway/api/v1/tenants/acme/service-accounts', {
        headers: { authorization },
      });
      expect(list.status).toBe(200);
    },
    { timeout: 60_000, interval: 250 },
  );
});
afterAll(async () => {
  for (const process of started) await stop(process);
  await agent?.close();
  rmSync(folder, { recursive: true });
});

function makeCertificate(): void {
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const out = ['-keyout', file('tls.key'), '-out', file('tls.crt')];
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...key, ...subject, ...out], { stdio: 'ignore' });
}

/** The example as it is, with the addresses, files and the realm of this test. */
function nginxConfiguration(proxyPort: number, servicePort: number): string {
  let site = readFileSync(new URL('../../examples/reverse-proxy/orki.conf', import.meta.url), 'utf8');
  for (const [from, to] of [
    ['listen 443 ssl', `listen 127.0.0.1:${proxyPort} ssl`],
    ['127.0.0.1:3000', `127.0.0.1:${servicePort}`],
    ['127.0.0.1:8080', new URL(realm.url).host],
    ['unix:/run/', `unix:${folder}/`],
    ['/etc/ssl/orki/', `${folder}/`],
    ['/realms/orki/', `/realms/${realm.name}/`],
  ] as const) {
    if (!site.includes(from)) throw new Error(`the example has no ${from}`);
    site = site.replaceAll(from, to);
  }
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const temporary = kinds.map((kind) => `${kind}_temp_path ${file(kind)};`).join('\n');
  return `user root; pid ${file('pid')}; error_log stderr; events {}
    http { access_log off; ${temporary}\n${site} }`;
}

async function start(command: string, args: string[], env: Record<string, string>): Promise<void> {
  const log = file(`log-${started.length}`);
  const inherited = { PATH: process.env.PATH };
  started.push(await startInBackground({ command, args, env: { ...inherited, ...env }, cwd: '.', log }));
}

interface Sent {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

async function send(path: string, { method = 'GET', headers = {}, body }: Sent = {}) {
  const answer = await request(`${origin}${path}`, {
    method,
    headers,
    dispatcher: agent,
    ...(body !== undefined && { body }),
  });
  return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
}
const get = (path: string) => send(path);

const tokenPath = () => `/realms/${realm.name}/protocol/openid-connect/token`;
function askForToken(body: string | Record<string, string>, headers: Record<string, string> = {}) {
  const form = typeof body === 'string' ? body : new URLSearchParams(body).toString();
  const all = { 'content-type': 'application/x-www-form-urlencoded', ...headers };
  return send(tokenPath(), { method: 'POST', headers: all, body: form });
}
const credentials = (clientId: string, secret: string) => ({
  grant_type: 'client_credentials',
  client_id: clientId,
  client_secret: secret,
});
const many = <T>(count: number, work: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

async function create(username: string, headers: Record<string, string> = {}) {
  const answer = await send('/gateway/api/v1/tenants/acme/service-accounts', {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await realm.tokenOf('admin')}`,
      'content-type': 'application/json',
      ...headers,
    },
    body: JSON.stringify({ username, mode: 'agent' }),
  });
  return { ...answer, body: JSON.parse(answer.text) };
}

describe('the reverse proxy of the example', () => {
  it('lets an account be made behind /gateway and a token be got, at the addresses that both are given', async () => {
    const { status, headers, body } = await create('through the proxy');
    expect(status, tail(file('log-1'))).toBe(201);
    expect(headers.location).toBe(`${origin}/gateway/api/v1/tenants/acme/service-accounts/${body.id}`);
    expect(body.tokenUrl).toBe(`${origin}${tokenPath()}`);
    const token = await askForToken(credentials(body.clientId, body.clientSecret));
    expect(token.status).toBe(200);
    const basic = Buffer.from(`${body.clientId}:${body.clientSecret}`).toString('base64');
    const byBasic = await askForToken(
      { grant_type: 'client_credentials' },
      { authorization: `Basic ${basic}` },
    );
    expect(byBasic.status).toBe(200);

    const document = JSON.parse((await get('/gateway/swagger/json')).text);
    expect(document.servers).toEqual([{ url: `${origin}/gateway` }]);
    const page = (await get('/gateway/swagger/')).text;
    for (const [, address = ''] of page.matchAll(/(?:src|href)="([^"]+\.(?:js|css))"/g)) {
      expect((await get(new URL(address, `${origin}/gateway/swagger/`).pathname)).status).toBe(200);
    }
  });

  it("keeps Keycloak's administration, and what is for operations, to itself", async () => {
    for (const path of [
      '/admin',
      '/admin/',
      '/admin/master/console/',
      `/admin/realms/${realm.name}/clients`,
      '/realms/master',
      '/realms/master/protocol/openid-connect/token',
      `/realms/${realm.name}/../master/.well-known/openid-configuration`,
      `/realms/${realm.name}/..%2fmaster/.well-known/openid-configuration`,
      `/realms/${realm.name}/clients-registrations/default`,
      '/resources/../admin/master/console/',
      '/metrics',
      '/health/ready',
      '/gateway/metrics',
      '/gateway/readyz',
      '/gateway/livez',
      '/gateway/../admin/',
    ]) {
      expect([path, (await get(path)).status]).toEqual([path, 404]);
    }
    expect((await get(`/realms/${realm.name}/.well-known/openid-configuration`)).status).toBe(200);
  });

  it('limits guesses at one account, however they are dressed, and no other account', async () => {
    const { body: victim } = await create('victim');
    const { body: other } = await create('other');
    const escaped = `%6${victim.clientId.charCodeAt(0).toString(16).slice(1)}${victim.clientId.slice(1)}`;
    const rest = 'grant_type=client_credentials&client_secret=wrong';
    for (const body of [`${rest}&client_id=${escaped}`, `${rest}&client%5Fid=${victim.clientId}`, rest]) {
      expect((await askForToken(body)).status).toBe(400);
    }
    const forged = { 'x-orki-account': '', 'x-orki-plain': 'yes', 'x-real-ip': '203.0.113.7' };
    expect((await askForToken(`${rest}&client_id=${escaped}`, forged)).status).toBe(400);

    // Fewer than one address may send at once, so that it is the limit of the account that is met.
    const answers = await many(25, (index) =>
      askForToken(credentials(victim.clientId, 'wrong'), { 'x-forwarded-for': `203.0.113.${index}` }),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(8);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    expect(answers.find(({ status }) => status === 429)?.headers['retry-after']).toBe('1');
    expect((await askForToken(credentials(other.clientId, other.clientSecret))).status).toBe(200);
  });

  it('writes its own view of the address into the audit log, whatever a caller claims', async () => {
    for (const [name, value] of [
      ['x-forwarded-for', '203.0.113.7'],
      ['x-forwarded-for', '203.0.113.7, 127.0.0.1'],
      ['forwarded', 'for=203.0.113.7'],
      ['x-real-ip', '203.0.113.7'],
    ] as const) {
      expect((await create(`${name} ${value.length}`, { [name]: value })).status).toBe(201);
    }
    const records = readFileSync(file('audit'), 'utf8').trim().split('\n');
    expect(new Set(records.map((line) => JSON.parse(line).from))).toEqual(new Set(['127.0.0.1']));
  });

  it('limits one address over all accounts, whatever it claims to be', async () => {
    // Requests that nginx refuses by itself, so that Keycloak's speed has no part in it.
    const answers = await many(300, (index) =>
      askForToken('grant_type=client_credentials', {
        'x-forwarded-for': `203.0.113.${index}`,
        'x-real-ip': `203.0.113.${index}`,
      }),
    );
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThan(20);
  });
});
