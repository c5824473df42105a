import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadConfig, settings } from '../src/config.ts';
import { provisioningVariables } from '../src/keycloak/provisioning/settings.ts';

const needed = { KEYCLOAK_CLIENT_SECRET: 'canary-secret' };
const load = (env: Record<string, string> = {}) => loadConfig({ ...needed, ...env });

function failureOf(env: Record<string, string>): string {
  try {
    loadConfig(env);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('it was accepted');
}

function fileWith(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'config-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'secret');
  writeFileSync(file, content);
  return file;
}

describe('the configuration', () => {
  it('needs nothing but the secret of the own client', () => {
    expect(load()).toEqual({
      host: '127.0.0.1',
      port: 3000,
      publicUrl: 'http://127.0.0.1:3000',
      keycloak: {
        issuer: 'http://127.0.0.1:8080/realms/orki',
        internalUrl: 'http://127.0.0.1:8080',
        realm: 'orki',
        nodes: 1,
        clientId: 'orki-service-accounts',
        credential: { secret: 'canary-secret' },
      },
      maxAccountsPerTenant: 500,
      sweepIntervalMs: 900_000,
      rateLimits: { perCallerPerMinute: 600, perTenantPerMinute: 3000 },
      corsOrigins: [],
      showDocumentation: true,
      settingsPage: { isServed: true, tenantApiUrl: 'http://127.0.0.1:3000' },
      trustedProxies: [],
      auditFile: undefined,
      telemetry: { metrics: undefined, tracesEndpoint: undefined },
      logLevel: 'info',
    });
  });

  it.each<[string, string, object]>([
    ['HOST', '0.0.0.0', { host: '0.0.0.0' }],
    ['PORT', '0', { port: 0 }],
    ['PUBLIC_URL', 'https://api.orki.ai/gateway/', { publicUrl: 'https://api.orki.ai/gateway' }],
    ['KEYCLOAK_CLIENT_ID', 'other', { keycloak: { clientId: 'other' } }],
    ['KEYCLOAK_NODES', '3', { keycloak: { nodes: 3 } }],
    ['MAX_ACCOUNTS_PER_TENANT', '1', { maxAccountsPerTenant: 1 }],
    ['MAX_SECRET_LIFETIME_DAYS', '90', { maxSecretLifetimeDays: 90 }],
    ['SWEEP_INTERVAL_MINUTES', '0.5', { sweepIntervalMs: 30_000 }],
    ['RATE_LIMIT_PER_CALLER', '5', { rateLimits: { perCallerPerMinute: 5, perTenantPerMinute: 3000 } }],
    ['RATE_LIMIT_PER_TENANT', '5', { rateLimits: { perCallerPerMinute: 600, perTenantPerMinute: 5 } }],
    ['CORS_ORIGINS', 'https://a.test, https://b.test', { corsOrigins: ['https://a.test', 'https://b.test'] }],
    ['SWAGGER', 'off', { showDocumentation: false }],
    ['SETTINGS_PAGE', 'off', { settingsPage: { isServed: false } }],
    ['TENANT_API_URL', 'https://t.test/', { settingsPage: { tenantApiUrl: 'https://t.test' } }],
    ['PUBLIC_URL', 'https://p.test/x', { settingsPage: { tenantApiUrl: 'https://p.test/x' } }],
    ['AUDIT_FILE', '/var/log/audit', { auditFile: '/var/log/audit' }],
    ['METRICS_PORT', '9464', { telemetry: { metrics: { host: '127.0.0.1', port: 9464 } } }],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://c:4318/', { telemetry: { tracesEndpoint: 'http://c:4318' } }],
    ['LOG_LEVEL', 'debug', { logLevel: 'debug' }],
  ])('takes %s=%s', (name, value, expected) => {
    expect(load({ [name]: value })).toMatchObject(expected);
  });

  it('tells Keycloak as the world sees it from Keycloak as the service reaches it', () => {
    const { keycloak } = load({
      KEYCLOAK_URL: 'https://auth.orki.ai/',
      KEYCLOAK_INTERNAL_URL: 'http://keycloak:8080/',
      KEYCLOAK_REALM: 'orki stage',
    });
    expect(keycloak.issuer).toBe('https://auth.orki.ai/realms/orki%20stage');
    expect(keycloak.internalUrl).toBe('http://keycloak:8080');
    expect(load({ KEYCLOAK_URL: 'https://auth.orki.ai/' }).keycloak.internalUrl).toBe('https://auth.orki.ai');
  });

  it('takes the secret from a file, without the line break at its end', () => {
    expect(loadConfig({ KEYCLOAK_CLIENT_SECRET_FILE: fileWith('from a file\n') })).toMatchObject({
      keycloak: { credential: { secret: 'from a file' } },
    });
  });

  it('takes the webhook with its key, which may be in a file, and neither without the other', () => {
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    const url = 'https://hooks.example.test/orki';
    expect(load({ WEBHOOK_URL: url, WEBHOOK_SECRET_FILE: fileWith(`${secret}\n`) }).webhook).toEqual({
      url,
      secret,
    });
    expect(failureOf({ ...needed, WEBHOOK_URL: url })).toContain(
      'WEBHOOK_SECRET: this, or WEBHOOK_SECRET_FILE, is needed',
    );
    expect(failureOf({ ...needed, WEBHOOK_URL: url, WEBHOOK_SECRET: 'canary' })).not.toContain('canary');
  });

  it('takes the keys of a secret scanner where its reports are taken, and says what is wrong with them', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = publicKey.export({ type: 'spki', format: 'pem' });
    const keys = JSON.stringify({ public_keys: [{ key_identifier: 'one', key, is_current: true }] });
    const file = fileWith(keys);
    const { leaks } = load({ LEAK_REPORTS: 'deactivate', LEAK_REPORT_KEYS_FILE: file });
    expect(leaks).toMatchObject({ action: 'deactivate' });
    expect(leaks?.keys.get('one')?.equals(publicKey)).toBe(true);
    expect(load({ LEAK_REPORT_KEYS_FILE: file }).leaks).toBeUndefined();
    expect(failureOf({ ...needed, LEAK_REPORTS: 'report' })).toContain('LEAK_REPORT_KEYS_FILE, is needed');
    expect(failureOf({ ...needed, LEAK_REPORTS: 'report', LEAK_REPORT_KEYS: 'x' })).toContain(
      'has to be JSON',
    );
  });

  it('takes the key from a file, before any secret', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const file = fileWith(privateKey.export({ type: 'pkcs8', format: 'pem' }) as string);
    const { credential } = load({ KEYCLOAK_CLIENT_KEY_FILE: file }).keycloak;
    expect('privateKey' in credential && credential.privateKey.equals(privateKey)).toBe(true);
  });

  it('takes an empty variable for one that is absent, as compose files write it', () => {
    expect(load({ PORT: '', PUBLIC_URL: '', LOG_LEVEL: '' })).toEqual(load());
  });

  it('is frozen', () => {
    const config = load();
    for (const part of [config, config.keycloak, config.rateLimits, config.corsOrigins]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });
});

describe('a wrong configuration', () => {
  it.each([
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '3000.5'],
    ['PORT', 'canary'],
    ['PUBLIC_URL', 'canary'],
    ['PUBLIC_URL', 'ftp://canary.test'],
    ['KEYCLOAK_URL', 'canary.test'],
    ['KEYCLOAK_INTERNAL_URL', 'file:///canary'],
    ['KEYCLOAK_NODES', '0'],
    ['KEYCLOAK_NODES', 'canary'],
    ['MAX_ACCOUNTS_PER_TENANT', '0'],
    ['MAX_SECRET_LIFETIME_DAYS', '0'],
    ['MAX_SECRET_LIFETIME_DAYS', '3651'],
    ['RATE_LIMIT_PER_CALLER', '0'],
    ['RATE_LIMIT_PER_TENANT', 'canary'],
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'https://a.test/canary'],
    ['SWAGGER', 'canary'],
    ['METRICS_PORT', 'canary'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'canary'],
    ['LOG_LEVEL', 'canary'],
    ['KEYCLOAK_CLIENT_SECRET_FILE', '/nowhere/canary'],
  ])('is refused by name, without the value: %s=%s', (name, value) => {
    const failure = failureOf(
      name === 'KEYCLOAK_CLIENT_SECRET_FILE' ? { [name]: value } : { ...needed, [name]: value },
    );
    expect(failure).toContain(`\n  ${name}`);
    expect(failure).not.toContain('canary');
  });

  it('is named in full: every variable that is wrong, and the secret that is missing', () => {
    const failure = failureOf({ PORT: 'x', LOG_LEVEL: 'x', KEYCLOAK_URL: 'x' });
    const named = ['PORT', 'LOG_LEVEL', 'KEYCLOAK_URL', 'KEYCLOAK_CLIENT_KEY_FILE'];
    for (const name of named) expect(failure).toContain(`\n  ${name}: `);
    expect(failure.split('\n')).toHaveLength(named.length + 1);
  });

  it('is one whose file holds no key', () => {
    const failure = failureOf({ ...needed, KEYCLOAK_CLIENT_KEY_FILE: fileWith('canary') });
    expect(failure).toContain('\n  KEYCLOAK_CLIENT_KEY_FILE: it has to be a private key in PEM');
    expect(failure).not.toContain('canary');
  });

  it('is one whose file holds no secret', () => {
    expect(failureOf({ KEYCLOAK_CLIENT_SECRET_FILE: fileWith(' \n') })).toContain(
      'KEYCLOAK_CLIENT_SECRET_FILE',
    );
  });
});

describe('docs/configuration.md', () => {
  const page = readFileSync(new URL('../docs/configuration.md', import.meta.url), 'utf8');
  const [, afterHeading = ''] = page.split('| Variable | Default | Meaning |\n|---|---|---|\n');
  const [table = ''] = afterHeading.split('\n\n');

  it('says of every variable what the schema says, in its order', () => {
    const expected = Object.entries(settings.shape).map(([name, schema]) => {
      const absent = schema.safeParse(undefined);
      const value = absent.success && absent.data !== undefined ? `\`${absent.data}\`` : '';
      return `| \`${name}\` | ${value} | ${schema.description} |`;
    });
    expect(table.trimEnd().split('\n')).toEqual(expected);
  });

  it('names every variable that provisioning reads', () => {
    const named = new Set(page.match(/\b[A-Z]+(?:_[A-Z]+)+\b/g));
    expect(provisioningVariables.filter((name) => !named.has(name) && !named.has(`${name}_FILE`))).toEqual(
      [],
    );
  });
});
