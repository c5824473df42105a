import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { root } from '../../dev/paths.ts';
import { orkiSa } from '../support/command-line.ts';
import { httpStub } from '../support/http-stub.ts';
import { runCommand } from '../support/run-command.ts';

const tokenOf = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;

const account = {
  id: '0a1b2c3d-0000-4000-8000-000000000001',
  clientId: 'orki-sa-1',
  username: 'CRM sync',
  description: 'Bell \u0007 and \u001b[31mred\u001b[0m',
  mode: 'agent',
  permissions: ['customers:read'],
  status: 'active',
  credentials: { type: 'secret', keys: [] },
  secretHint: 'hint',
  secretCreatedAt: '2026-11-01T00:00:00.000Z',
  secretExpiresAt: null,
  secretExpired: false,
  previousSecret: null,
  tokensRevokedBefore: null,
  createdAt: '2026-11-01T00:00:00.000Z',
  createdBy: null,
  updatedAt: '2026-11-01T00:00:00.000Z',
  updatedBy: null,
  version: '1',
};
const secret = 'orki_sa_canary';

/** A service and a token URL, with the environment of a service account that may use them. */
async function stubbedService() {
  const stub = await httpStub(({ method, path }, response) => {
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, {
        'content-type': status < 400 ? 'application/json' : 'application/problem+json',
      });
      response.end(JSON.stringify(body));
    };
    if (path === '/token')
      return answer(200, {
        access_token: tokenOf({ tenant_id: 'acme' }),
        token_type: 'Bearer',
        expires_in: 300,
      });
    if (method === 'GET' && path.includes('?')) return answer(200, { items: [account], nextCursor: null });
    if (method === 'POST' && path.endsWith('/service-accounts')) {
      return answer(201, { ...account, clientSecret: secret, tokenUrl: 'https://auth.example.test/token' });
    }
    if (method === 'DELETE') {
      response.writeHead(204).end();
      return;
    }
    const refusal = {
      type: 'about:blank',
      title: 'Taken',
      status: 409,
      code: 'username-taken',
      requestId: 'request-1',
    };
    answer(409, { ...refusal, detail: 'Another account has that name.' });
  });
  const env = {
    ORKI_URL: stub.url,
    ORKI_TOKEN_URL: `${stub.url}/token`,
    ORKI_CLIENT_ID: 'operator',
    ORKI_CLIENT_SECRET: 'own-secret',
  };
  const asked = () =>
    stub.received.filter(({ path }) => path !== '/token').map(({ method, path }) => `${method} ${path}`);
  const bodies = () =>
    stub.received
      .filter(({ path }) => path !== '/token')
      .flatMap(({ body }) => (body ? [JSON.parse(body)] : []));
  return { env, asked, bodies };
}

const accounts = '/api/v1/tenants/acme/service-accounts';

describe('making a secret', () => {
  it('is refused where nobody said where it goes, and the service is not asked', async () => {
    const { env, asked } = await stubbedService();
    const ran = await orkiSa(['create', 'CRM sync', '--mode', 'agent'], { env });
    expect(ran).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('--to') });
    expect(asked()).toEqual([]);
  });

  it('shows it nowhere, unless standard output is asked for', async () => {
    const { env } = await stubbedService();
    const folder = mkdtempSync(join(tmpdir(), 'orki-sa-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const create = ['create', 'CRM sync', '--mode', 'agent', '--to'];
    const quiet = await orkiSa([...create, `file:${join(folder, 's')}`, '--json'], { env });
    expect(quiet.code).toBe(0);
    expect(JSON.parse(quiet.stdout)).toMatchObject({ clientId: 'orki-sa-1' });
    expect(quiet.stdout + quiet.stderr).not.toContain(secret);
    const asked = await orkiSa([...create, 'stdout'], { env });
    expect(asked.stdout).toBe(`${secret}\n`);
    expect(asked.stderr).not.toContain(secret);
    expect(readdirSync(folder)).toEqual(['s']);
  });

  it('that did not arrive ends with a code of its own, and says what to do', async () => {
    const { env } = await stubbedService();
    const ran = await orkiSa(['create', 'CRM sync', '--mode', 'agent', '--to', 'command:exit 1'], { env });
    expect(ran).toMatchObject({ code: 10, stderr: expect.stringContaining('orki-sa rotate orki-sa-1 --to') });
    expect(ran.stdout + ran.stderr).not.toContain(secret);
  });
});

describe('public keys', () => {
  const pair = generateKeyPairSync('ed25519');
  const fileWith = (content: string | Buffer) => {
    const folder = mkdtempSync(join(tmpdir(), 'orki-sa-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'key.pem');
    writeFileSync(file, content);
    return file;
  };

  it('are read from PEM and JWK before anything is sent, in place of a destination of the secret', async () => {
    const { env, bodies } = await stubbedService();
    const jwk = pair.publicKey.export({ format: 'jwk' });
    const pem = fileWith(pair.publicKey.export({ type: 'spki', format: 'pem' }));
    const create = ['create', 'CRM sync', '--mode', 'agent', '--public-key', pem];
    const made = await orkiSa([...create, '--public-key', fileWith(JSON.stringify({ keys: [jwk] }))], {
      env,
    });
    expect(made.code).toBe(0);
    expect(bodies()).toMatchObject([{ credentials: { type: 'jwks', keys: [jwk, jwk] } }]);
    expect(await orkiSa([...create, '--to', 'stdout'], { env })).toMatchObject({ code: 2 });
  });

  it.each([
    ['contains a private key, which was not sent', pair.privateKey.export({ type: 'pkcs8', format: 'pem' })],
    ['contains a private key, which was not sent', JSON.stringify(pair.privateKey.export({ format: 'jwk' }))],
    ['contains no public key', 'ssh-ed25519 AAAA'],
    ['contains no public key', '-----BEGIN PUBLIC KEY-----\nMII=\n-----END PUBLIC KEY-----'],
    ['contains no public key', '{"keys": [1]}'],
  ])('are asked for where a file %s', async (text, content) => {
    const { env, asked } = await stubbedService();
    const ran = await orkiSa(['keys', account.id, fileWith(content)], { env });
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining(text) });
    expect(asked()).toEqual([]);
  });
});

describe('deleting', () => {
  it('asks for the username, and deletes nothing when another is typed', async () => {
    const { env, asked } = await stubbedService();
    const other = await orkiSa(['delete', 'orki-sa-1'], { env, typed: 'crm' });
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('nothing was deleted') });
    expect(await orkiSa(['delete', 'orki-sa-1'], { env, typed: 'CRM sync' })).toMatchObject({ code: 0 });
    expect(asked().filter((request) => request.startsWith('DELETE'))).toEqual([
      `DELETE ${accounts}/${account.id}`,
    ]);
  });

  it('wants --yes where there is nobody to ask', async () => {
    const { env } = await stubbedService();
    expect(await orkiSa(['delete', 'orki-sa-1'], { env })).toMatchObject({ code: 2 });
    expect(await orkiSa(['delete', 'orki-sa-1', '--yes'], { env })).toMatchObject({ code: 0 });
  });
});

it('an account is found by its username, whatever the case, and never by a part of it', async () => {
  const { env } = await stubbedService();
  expect(await orkiSa(['delete', 'crm SYNC', '--yes'], { env })).toMatchObject({ code: 0 });
  const missing = await orkiSa(['delete', 'CRM', '--yes'], { env });
  expect(missing).toMatchObject({ code: 5, stderr: 'There is no service account CRM.\n' });
});

it('a refusal is told with its code and the id of the request, and ends with the exit code of that code', async () => {
  const { env } = await stubbedService();
  const ran = await orkiSa(['edit', 'orki-sa-1', '--username', 'Taken'], { env });
  expect(ran).toEqual({
    code: 6,
    stdout: '',
    stderr: 'Another account has that name.\n(username-taken, request request-1)\n',
  });
});

it('texts of others do not steer the terminal', async () => {
  const { env } = await stubbedService();
  const { stdout } = await orkiSa(['list'], { env });
  expect(stdout).toContain('CRM sync  agent  active  orki-sa-1');
  const shown = await orkiSa(['create', 'CRM sync', '--mode', 'agent', '--to', 'stdout'], { env });
  expect(shown.stderr).toContain('Bell   and red');
});

it.each([
  [['lst'], 'Did you mean list?'],
  [['get'], 'Not enough non-option arguments'],
  [['get', 'x', '--colour'], 'Unknown argument: colour'],
  [['rotate', 'orki-sa-1', '--overlap', 'soon', '--to', 'stdout'], 'soon is no duration'],
])('%j is a wrong call', async (args, said) => {
  const { env } = await stubbedService();
  expect(await orkiSa(args, { env })).toMatchObject({ code: 2, stderr: expect.stringContaining(said) });
});

it('whoever is not signed in is told how to be', async () => {
  const ran = await orkiSa(['list'], { env: { XDG_STATE_HOME: '/nonexistent' } });
  expect(ran).toMatchObject({ code: 3, stderr: expect.stringContaining('orki-sa login') });
});

it('a shell that completes learns the commands, and the options of one', async () => {
  const program = join(root, 'packages', 'cli', 'src', 'main.ts');
  const completions = async (...typed: string[]) => {
    const args = [program, '--get-yargs-completions', 'orki-sa', ...typed];
    const { output } = await runCommand(process.execPath, args, { cwd: root, env: { SHELL: '/bin/bash' } });
    return output.trim().split('\n');
  };
  expect(await completions('')).toEqual(expect.arrayContaining(['list', 'rotate', 'revoke-tokens', 'login']));
  expect(await completions('rotate', '--')).toEqual(expect.arrayContaining(['--to', '--overlap']));
});
