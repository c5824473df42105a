import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDestination } from '../../packages/cli/src/destination.ts';

const credentials = {
  clientId: 'orki-sa-1',
  clientSecret: 'orki_sa_canary',
  tokenUrl: 'https://auth.example.test/token',
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orki-sa-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function terminal({ isTTY = false } = {}) {
  const [stdout, stderr] = [Object.assign(new PassThrough(), { isTTY }), new PassThrough()];
  const io = { stdin: Readable.from([]), stdout, stderr, env: process.env, openBrowser: () => undefined };
  const end = async () => {
    stdout.end();
    stderr.end();
    return { stdout: await text(stdout), stderr: await text(stderr) };
  };
  return { io, end };
}

async function deliverTo(wanted: string) {
  const { io, end } = terminal();
  await openDestination(wanted, io).deliver(credentials);
  return end();
}

const modeOf = (path: string) => statSync(path).mode & 0o777;

describe('a file', () => {
  it('gets the secret alone, and is its owner’s alone also where it was everybody’s', async () => {
    const path = join(folder, 'secret');
    writeFileSync(path, 'before');
    chmodSync(path, 0o644);
    expect(await deliverTo(`file:${path}`)).toEqual({ stdout: '', stderr: '' });
    expect(readFileSync(path, 'utf8')).toBe('orki_sa_canary');
    expect(modeOf(path)).toBe(0o600);
  });

  it('of an environment gets the three lines of a credential, and keeps every other', async () => {
    const path = join(folder, '.env');
    writeFileSync(path, '# for the CRM\nORKI_CLIENT_SECRET=old\nPORT=8080\n');
    await deliverTo(`env:${path}`);
    expect(readFileSync(path, 'utf8')).toBe(
      '# for the CRM\nPORT=8080\nORKI_TOKEN_URL=https://auth.example.test/token\nORKI_CLIENT_ID=orki-sa-1\nORKI_CLIENT_SECRET=orki_sa_canary\n',
    );
    expect(modeOf(path)).toBe(0o600);
  });

  it('stays as it was, with nothing beside it, when no secret comes', () => {
    const path = join(folder, 'secret');
    writeFileSync(path, 'before');
    openDestination(`file:${path}`, terminal().io).abandon();
    expect(readFileSync(path, 'utf8')).toBe('before');
    expect(readdirSync(folder)).toEqual(['secret']);
  });

  it('that can not be written is refused before a secret is made', () => {
    const { io } = terminal();
    expect(() => openDestination(`file:${join(folder, 'missing', 'secret')}`, io)).toThrow(
      /can't be written/,
    );
    expect(() => openDestination(`file:${folder}`, io)).toThrow(/is not a file/);
  });
});

describe('a Kubernetes Secret', () => {
  it('is a manifest on standard output', async () => {
    const { stdout } = await deliverTo('k8s-secret:integrations/crm-sync');
    expect(JSON.parse(stdout)).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'crm-sync', namespace: 'integrations' },
      type: 'Opaque',
      stringData: {
        ORKI_TOKEN_URL: credentials.tokenUrl,
        ORKI_CLIENT_ID: credentials.clientId,
        ORKI_CLIENT_SECRET: credentials.clientSecret,
      },
    });
  });

  it('is not shown on a terminal', () => {
    expect(() => openDestination('k8s-secret:crm-sync', terminal({ isTTY: true }).io)).toThrow(
      /on the terminal/,
    );
  });

  it('has a name as Kubernetes wants it', () => {
    expect(() => openDestination('k8s-secret:CRM sync', terminal().io)).toThrow(
      /no name of a Kubernetes Secret/,
    );
  });
});

describe('a command', () => {
  it('gets the secret by its standard input, and by neither arguments nor environment', async () => {
    const path = join(folder, 'got');
    const { stdout } = await deliverTo(
      `command:cat > ${path}; env >> ${path}; cat /proc/$$/cmdline >> ${path}`,
    );
    const got = readFileSync(path, 'utf8');
    expect(got.split('orki_sa_canary')).toHaveLength(2);
    expect(got.startsWith('orki_sa_canary')).toBe(true);
    expect(got).toContain('ORKI_CLIENT_ID=orki-sa-1');
    expect(stdout).toBe('');
  });

  it('that fails is told', async () => {
    await expect(deliverTo('command:cat > /dev/null; exit 3')).rejects.toThrow('exit code 3');
  });
});

it.each([undefined, 'env:', 'nowhere:x', 'stdout:x'])('%s is no destination', (wanted) => {
  expect(() => openDestination(wanted, terminal().io)).toThrow(expect.objectContaining({ exitCode: 2 }));
});
