import { lstatSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { keysOf } from './keys.ts';
import { type ComposeProject, composeProject, nameOf } from './project.ts';
import { type Account, createAccount, readAccount, signIn, tokenOf } from './walk.ts';

/** One after the other: each goes on from what the one before it has left. */
let project: ComposeProject;
beforeAll(async () => {
  project = await composeProject();
});
afterAll(() => project[Symbol.asyncDispose]());

const secretNames = () => readdirSync(join(project.folder, '.secrets')).sort();

const { tokenError, byKey, operatorCalls } = keysOf(() => project);

const bootstrap = () => ({ client_id: 'orki-bootstrap', client_secret: project.secret('bootstrap-secret') });

describe('before the first start', () => {
  it('compose stops without secrets, and says how they are made', async () => {
    const { code, output } = await project.shell('docker compose up -d');
    expect(code).not.toBe(0);
    expect(output).toContain('Run "npm run secrets" first');
  });

  it('npm run secrets makes files for their owner alone, and says nothing of what is in them', async () => {
    const output = await project.must('node dev/run.mjs secrets');
    const [, uid] = /^ORKI_USER=(\d+):\d+$/m.exec(readFileSync(join(project.folder, '.env'), 'utf8')) ?? [];
    expect(Number(uid)).toBeGreaterThan(0);
    expect(secretNames()).toHaveLength(6);
    for (const name of secretNames()) {
      const { mode, uid: owner } = lstatSync(join(project.folder, '.secrets', name));
      expect([name, mode & 0o777, owner]).toEqual([name, 0o600, Number(uid)]);
      expect(output).not.toContain(project.secret(name).trim());
    }
    expect(statSync(join(project.folder, '.secrets')).mode & 0o777).toBe(0o700);
  });

  it('npm run secrets overwrites nothing when it is run again, and fills in what is missing', async () => {
    const before = Object.fromEntries(secretNames().map((name) => [name, project.secret(name)]));
    rmSync(join(project.folder, '.secrets', 'bootstrap-secret'));
    await project.must('node dev/run.mjs secrets');
    for (const [name, content] of Object.entries(before)) {
      if (name !== 'bootstrap-secret') expect(project.secret(name)).toBe(content);
    }
    expect(project.secret('bootstrap-secret')).not.toBe(before['bootstrap-secret']);
  });

  it('compose stops when a secret is missing, and puts nothing in its place', async () => {
    const file = join(project.folder, '.secrets', 'postgres-password');
    renameSync(file, `${file}.away`);
    onTestFinished(() => renameSync(`${file}.away`, file));
    const { code, output } = await project.shell('docker compose up -d postgres');
    expect(code).not.toBe(0);
    expect(output).toContain('postgres-password');
    expect(secretNames()).not.toContain('postgres-password');
  });
});

describe('without the demo profile', () => {
  beforeAll(async () => {
    await project.must('docker compose up -d --build');
    await project.ready();
  });

  it('everything is healthy, and provisioning has ended well', async () => {
    const states = (await project.containers()).map((container) => {
      const { Status, ExitCode, Health } = container.State;
      return [nameOf(container), Status, Health?.Status ?? ExitCode];
    });
    expect(states.sort()).toEqual([
      ['keycloak', 'running', 'healthy'],
      ['postgres', 'running', 'healthy'],
      ['provision', 'exited', 0],
      ['service', 'running', expect.stringMatching(/healthy|starting/)],
    ]);
  });

  it('nobody is there to sign in, and no client takes a password', async () => {
    expect(await (await operatorCalls('/orki/users/count')).json()).toBe(0);
    const clients = (await (await operatorCalls('/orki/clients')).json()) as Record<string, unknown>[];
    const withPasswords = clients.filter((client) => client.directAccessGrantsEnabled && client.enabled);
    // Keycloak's own, and without people there is nothing to use it with.
    expect(withPasswords.map(({ clientId }) => clientId)).toEqual(['admin-cli']);
  });

  it('the temporary administrator is gone', async () => {
    expect(await tokenError('master', bootstrap())).toBe('invalid_client');
  });

  it('the operator provisions again without a change, and the check is clean', async () => {
    const again = await project.must('docker compose run --rm provision');
    expect(again).toContain('0 created, 0 updated, 0 removed');
    const check = await project.must('docker compose run --rm provision src/commands/provision.ts --check');
    expect(check).toContain('0 differences');
  });

  it('the operator has no say beyond the realm', async () => {
    const makeRealm = { method: 'POST', body: JSON.stringify({ realm: 'another' }) };
    expect((await operatorCalls('/orki')).status).toBe(200);
    expect((await operatorCalls('/master')).status).toBe(403);
    expect((await operatorCalls('/master/users')).status).toBe(403);
    expect((await operatorCalls('', makeRealm)).status).toBe(403);
  });

  it('each container is confined, and publishes on loopback alone', async () => {
    for (const container of await project.containers()) {
      const { Config, HostConfig } = container;
      const name = nameOf(container);
      expect([name, Config.User]).toEqual([name, expect.stringMatching(/^[1-9]\d*:\d+$/)]);
      expect([name, HostConfig]).toMatchObject([
        name,
        { ReadonlyRootfs: true, CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges:true'] },
      ]);
      expect([name, HostConfig.Memory > 0, HostConfig.PidsLimit > 0]).toEqual([name, true, true]);
      const published = Object.values(HostConfig.PortBindings ?? {}).flat();
      expect(published.filter(({ HostIp }) => HostIp !== '127.0.0.1')).toEqual([]);
      // No secret where `docker inspect` shows it.
      for (const secret of ['postgres-password', 'bootstrap-secret']) {
        expect(JSON.stringify(Config.Env)).not.toContain(project.secret(secret));
      }
    }
  });

  it("the service's image holds no npm, no shell and no developers' packages, and lists what it holds", async () => {
    const look = `const paths = ['/usr/local/bin/npm', '/usr/local/lib/node_modules', '/bin/sh', '/usr/bin/bash', 'node_modules/vitest', 'node_modules/typescript', 'test', 'dev', '.secrets']; console.log(JSON.stringify(paths.filter(path => fs.existsSync(path))))`;
    expect(await project.must(`docker run --rm orki-service-accounts -e "${look}"`)).toBe('[]\n');
    const { bomFormat, components } = JSON.parse(
      await project.must(project.documented('What is in the image')),
    );
    expect(bomFormat).toBe('CycloneDX');
    const names = components.map(({ name }: { name: string }) => name);
    expect(names).toContain('fastify');
    expect(names).not.toContain('vitest');
  });
});

describe('with the demo profile', () => {
  const publicUrl = () => `${project.service}/gateway`;
  let person: string;
  let account: Account;

  beforeAll(async () => {
    project.env.PUBLIC_URL = publicUrl();
    await project.must('docker compose --profile demo up -d');
    await project.ready();
    person = await signIn(project);
    account = await createAccount(project, person, 'custom', ['customers:read']);
  });

  it('each of the three addresses stands where it belongs', async () => {
    const realm = `${project.keycloak}/realms/orki`;
    const discovery = await (await fetch(`${realm}/.well-known/openid-configuration`)).json();
    expect(discovery).toMatchObject({ issuer: realm, token_endpoint: account.tokenUrl });
    expect(account.tokenUrl).toBe(`${realm}/protocol/openid-connect/token`);
    expect(account.location).toBe(`${publicUrl()}/api/v1/tenants/acme/service-accounts/${account.id}`);
    const { servers, components } = (await (await fetch(`${project.service}/swagger/json`)).json()) as {
      servers: object[];
      components: { securitySchemes: { person: { flows: { authorizationCode: { tokenUrl: string } } } } };
    };
    expect(servers).toEqual([{ url: publicUrl() }]);
    expect(components.securitySchemes.person.flows.authorizationCode.tokenUrl).toBe(account.tokenUrl);
    const { claims } = await tokenOf(account);
    expect(claims).toMatchObject({ iss: realm, aud: 'orki-api', tenant_id: 'acme' });
  });

  it('Swagger UI and its files are found behind a path', async () => {
    const proxy = await pathProxy(project.service, '/gateway');
    const page = await fetch(`${proxy}/gateway/swagger`);
    const html = await page.text();
    const files = [...html.matchAll(/(?:src|href)="([^"]+\.(?:js|css))"/g)].map(([, file = '']) => file);
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) {
      const { status } = await fetch(new URL(file, page.url));
      expect([file, status]).toEqual([file, 200]);
    }
  });

  it('npm run demo passes', async () => {
    expect(await project.demo()).toMatch(/\d+ steps, each as it should be\./);
  });

  it.each(['service', 'tenant-api', 'keycloak', 'postgres'])(
    'a restart of %s loses nothing',
    async (name) => {
      await project.must(`docker compose restart ${name}`);
      await project.ready();
      // Keycloak finds out by and by that its connections to the database are dead.
      await vi.waitFor(
        async () => expect(await readAccount(project, await signIn(project), account)).toBe(200),
        { timeout: 60_000, interval: 500 },
      );
      expect((await tokenOf(account)).roles).toEqual(['customers:read']);
    },
  );

  it('all accounts of a tenant are switched off and on again, as documented', async () => {
    const [off = '', on = ''] = project.documented('In compose').trim().split('\n');
    expect(await project.must(off)).toContain('acme is off: 1 account switched');
    await expect(tokenOf(account)).rejects.toThrow('invalid_client');
    // Whoever runs it may have no name in the container.
    expect(await project.must(on.replace(/ --by [^|]*/, ' '))).toContain('acme is on: 1 account switched');
    expect((await tokenOf(account)).roles).toEqual(['customers:read']);
  });

  it("the service's key is replaced without an outage, as documented", async () => {
    const works = async () => expect(await readAccount(project, await signIn(project), account)).toBe(200);
    const old = project.secret('service-key.pem');
    const lines = project.documented("Replace the service's key").trim().split('\n');
    for (const line of lines) {
      await project.must(line);
      if (line.includes('up -d')) await project.ready();
      await works();
      if (line !== lines.at(-1)) {
        expect(await tokenError('orki', await byKey('orki-service-accounts', old))).toBeUndefined();
      }
    }
    expect(project.secret('service-key.pem')).not.toBe(old);
    expect(await tokenError('orki', await byKey('orki-service-accounts', old))).toBe('invalid_client');
    expect(secretNames()).toHaveLength(6);
  });

  it('an operator whose key is lost is made anew, as documented', async () => {
    const old = project.secret('operator-key.pem');
    rmSync(join(project.folder, '.secrets', 'operator-key.pem'));
    await project.must(project.documented("Replace the operator's key"));
    expect(project.secret('operator-key.pem')).not.toBe(old);
    expect(await tokenError('orki', await byKey('orki-operator', old))).toBe('invalid_client');
    expect((await operatorCalls('/orki')).status).toBe(200);
    expect(await tokenError('master', bootstrap())).toBe('invalid_client');
  });

  it('a backup brings back what was there when it was made, as documented', async () => {
    await project.must(project.documented('Back up'));
    const [file = ''] = readdirSync(project.folder).filter((name) => name.startsWith('keycloak-'));
    expect(statSync(join(project.folder, file)).mode & 0o077).toBe(0);
    const gone = `${project.service}/api/v1/tenants/acme/service-accounts/${account.id}`;
    await fetch(gone, { method: 'DELETE', headers: { authorization: `Bearer ${await signIn(project)}` } });
    expect(await readAccount(project, await signIn(project), account)).toBe(404);

    await project.must(project.documented('Restore'), { BACKUP: file });
    await project.ready();
    expect(await readAccount(project, await signIn(project), account)).toBe(200);
    expect((await tokenOf(account)).roles).toEqual(['customers:read']);

    // All data lost, as on another machine that has the backup and the secrets.
    await project.must('docker compose --profile demo down --volumes');
    await project.must(project.documented('Restore into another machine'), { BACKUP: file });
    await project.ready();
    expect(await readAccount(project, await signIn(project), account)).toBe(200);
    expect((await tokenOf(account)).roles).toEqual(['customers:read']);
  });

  it('down and up again loses nothing', async () => {
    await project.must('docker compose --profile demo down');
    await project.must('docker compose --profile demo up -d');
    await project.ready();
    expect(await readAccount(project, await signIn(project), account)).toBe(200);
    expect((await tokenOf(account)).roles).toEqual(['customers:read']);
  });

  it('demo people are refused where the world can reach Keycloak', async () => {
    const { code, output } = await project.shell(
      'docker compose --profile demo run --rm --no-deps demo-people',
      {
        KEYCLOAK_URL: 'https://auth.orki.test',
      },
    );
    expect(code).not.toBe(0);
    expect(output).toContain('Demo data is for a Keycloak on this machine only');
  });
});

/** A proxy that takes a path away, until the test ends. */
async function pathProxy(target: string, path: string): Promise<string> {
  const server = createServer((incoming, outgoing) => {
    const url = new URL((incoming.url ?? '').replace(path, ''), target);
    incoming.pipe(
      forward(url, { method: incoming.method }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
