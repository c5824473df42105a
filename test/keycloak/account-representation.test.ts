import { describe, expect, it } from 'vitest';
import {
  accountOf,
  editedAttributes,
  newClient,
  secretAttributes,
} from '../../src/keycloak/accounts/account-representation.ts';
import { createClientId } from '../../src/service-accounts/client-id.ts';
import { newAccount } from '../support/in-memory-keycloak.ts';

const created = Date.UTC(2026, 10, 23, 10);
const account = newAccount({
  clientId: createClientId(created),
  description: 'before',
  secret: 'canary-secret',
});

/** What Keycloak would answer of a client, with some attributes otherwise; undefined takes one away. */
function clientWith(attributes: Record<string, unknown> = {}, rest: object = {}): unknown {
  const made = newClient(account);
  const all = Object.entries({ ...made.attributes, ...attributes }).filter(
    ([, value]) => value !== undefined,
  );
  return { ...made, attributes: Object.fromEntries(all), ...rest };
}

it('an account knows whether the console shows it as it is called today', () => {
  expect(accountOf(clientWith())?.isCurrentInConsole).toBe(true);
  for (const rest of [
    { name: 'Service account of acme' },
    { description: 'Managed by somebody' },
    { name: undefined },
  ]) {
    expect(accountOf(clientWith({}, rest))?.isCurrentInConsole).toBe(false);
  }
  expect(accountOf(clientWith({ 'orki.username': 'renamed' }))?.isCurrentInConsole).toBe(false);
});

it('an account knows whether Keycloak asks it for what it has, a secret or a signature', () => {
  const keys = JSON.stringify({ keys: [{ kid: 'one', alg: 'EdDSA', kty: 'OKP', crv: 'Ed25519', x: 'AA' }] });
  const withKeys = (clientAuthenticatorType: string) =>
    accountOf(clientWith({ 'jwks.string': keys }, { clientAuthenticatorType }));
  expect(withKeys('client-jwt')).toMatchObject({ isCurrentInConsole: true, keys: [{ kid: 'one' }] });
  expect(withKeys('client-secret')).toMatchObject({ isCurrentInConsole: false, keys: [{ kid: 'one' }] });
  const withSecret = accountOf(clientWith({}, { clientAuthenticatorType: 'client-jwt' }));
  expect(withSecret).toMatchObject({ isCurrentInConsole: false, keys: null });
});

describe('the client that a new account is', () => {
  const client = newClient(account);

  it('is confidential, knows client credentials alone, and has no redirect', () => {
    expect(client).toMatchObject({
      enabled: true,
      protocol: 'openid-connect',
      clientAuthenticatorType: 'client-secret',
      publicClient: false,
      bearerOnly: false,
      serviceAccountsEnabled: true,
      standardFlowEnabled: false,
      implicitFlowEnabled: false,
      directAccessGrantsEnabled: false,
      redirectUris: [],
      webOrigins: [],
    });
  });

  it('has nothing in its token but our own scope, signed ES256', () => {
    expect(client).toMatchObject({
      fullScopeAllowed: false,
      defaultClientScopes: ['orki-service-account'],
      optionalClientScopes: [],
      attributes: { 'access.token.signed.response.alg': 'ES256' },
    });
  });

  it("is found in Keycloak's console by its tenant, its username and its description", () => {
    const shown = newClient({ ...account, username: 'crm-sync', description: 'Copies customers' });
    expect(shown).toMatchObject({ name: 'acme / crm-sync', description: 'Copies customers' });
    expect(newClient({ ...account, description: null }).description).toBe('');
  });

  it('has no more in a column of Keycloak than this holds, and no half of a character', () => {
    const [tenantId, username] = ['t'.repeat(63), '\u{10400}'.repeat(64)];
    for (const text of ['x'.repeat(500), '\u{1f600}'.repeat(500), `x${'\u{1f600}'.repeat(200)}`]) {
      const { name, description } = newClient({ ...account, tenantId, username, description: text });
      expect(name).toBe(`${tenantId} / ${username}`);
      expect(description?.length).toBeLessThanOrEqual(255);
      expect(description?.isWellFormed()).toBe(true);
      expect(description).toMatch(/…$/);
    }
  });

  it('carries its tenant and the mark that it is managed, and its secret in one place alone', () => {
    expect(client.attributes).toMatchObject({ 'orki.managed': 'true', 'orki.tenant': 'acme' });
    const { secret, ...rest } = client;
    expect(secret).toBe('canary-secret');
    expect(JSON.stringify(rest)).not.toContain('canary-secret');
  });

  it('is the account again when it is read', () => {
    const { secret: _, at, by, ...same } = account;
    expect(accountOf(client)).toMatchObject({ ...same, active: true, createdAt: at, createdBy: by });
  });
});

describe('a client that is no account', () => {
  it.each<[string, unknown]>([
    ['one without a mark', clientWith({ 'orki.managed': undefined })],
    ['one with a mark that says otherwise', clientWith({ 'orki.managed': 'false' })],
    ['one with a mark of another kind', clientWith({ 'orki.managed': true })],
    ['one with a mark in another case', clientWith({ 'orki.managed': 'TRUE' })],
    ['one without a tenant', clientWith({ 'orki.tenant': undefined })],
    ['one with an empty tenant', clientWith({ 'orki.tenant': '' })],
    [
      'one with a forged tenant alone',
      { id: 'x', clientId: 'admin-cli', enabled: true, attributes: { 'orki.tenant': 'acme' } },
    ],
    ['one without attributes', clientWith({}, { attributes: undefined })],
    ['none at all', undefined],
    ['null', null],
    ['text', 'client'],
  ])('stays one: %s', (_name, client) => {
    expect(accountOf(client)).toBeUndefined();
  });
});

describe('an account with spoilt attributes', () => {
  it.each<[string, Record<string, unknown>, object]>([
    ['no username', { 'orki.username': undefined }, { username: account.clientId }],
    ['no description', { 'orki.description': undefined }, { description: null }],
    ['an empty description', { 'orki.description': '' }, { description: null }],
    ['no mode', { 'orki.mode': undefined }, { mode: 'custom' }],
    ['an unknown mode', { 'orki.mode': 'root' }, { mode: 'custom' }],
    ['no permissions', { 'orki.permissions': undefined }, { permissions: [] }],
    [
      'odd spaces in its permissions',
      { 'orki.permissions': '  ai:use   x ' },
      { permissions: ['ai:use', 'x'] },
    ],
    ['no hint', { 'orki.secret-hint': undefined }, { secretHint: '' }],
    ['no time', { 'orki.created-at': undefined }, { createdAt: '2026-11-23T10:00:00.000Z' }],
    ['a time that is none', { 'orki.created-at': 'yesterday' }, { createdAt: '2026-11-23T10:00:00.000Z' }],
    ['a time that is no text', { 'orki.updated-at': 5 }, { updatedAt: account.at }],
    ['no maker', { 'orki.created-by': undefined }, { createdBy: null }],
    ['a maker that is no JSON', { 'orki.created-by': '{' }, { createdBy: null }],
    ['a maker of another form', { 'orki.updated-by': '{"subject":5}' }, { updatedBy: null }],
    ['a history that is none', { 'orki.history': '{"by":[]' }, { history: [] }],
    ['a history of another form', { 'orki.history': 5 }, { history: [] }],
    ['attributes of others', { 'other.thing': '1' }, { username: account.username }],
  ])('is still shown, so that it can be mended or deleted: %s', (_name, attributes, expected) => {
    expect(accountOf(clientWith(attributes))).toMatchObject({ id: account.id, ...expected });
  });
});

describe('the account that a client is', () => {
  it('holds no secret, whatever else Keycloak puts into its answer', () => {
    const extra = { secret: 'canary', registrationAccessToken: 'canary', 'client.secret.rotated': 'canary' };
    const client = clientWith({ 'client.secret.rotated': 'canary', secret: 'canary' }, extra);
    expect(JSON.stringify(accountOf(client))).not.toContain('canary');
  });

  it('is inactive when the client is disabled', () => {
    expect(accountOf(clientWith({}, { enabled: false }))?.active).toBe(false);
  });

  it('has a version that every change changes, and nothing else does', () => {
    const version = accountOf(clientWith())?.version;
    expect(accountOf(clientWith({ 'other.thing': '1' }))?.version).toBe(version);
    for (const client of [
      clientWith({ 'orki.description': 'after' }),
      clientWith({ 'orki.username': 'after' }),
      clientWith({ 'orki.mode': 'admin' }),
      clientWith({ 'orki.secret-hint': 'abcd' }),
      clientWith({ 'orki.updated-at': '2026-11-24T00:00:00.000Z' }),
      clientWith({}, { enabled: false }),
    ]) {
      expect(accountOf(client)?.version).not.toBe(version);
    }
  });
});

/** As the first version of the service made it. */
const madeBefore = {
  id: '0ed7e1a3-8b5e-4a3b-9b60-1f6a7f3c2d11',
  clientId: 'orki-sa-made-before',
  enabled: true,
  attributes: {
    'orki.managed': 'true',
    'orki.tenant': 'acme',
    'orki.username': 'Zapier sync',
    'orki.mode': 'agent',
    'orki.permissions': '',
    'orki.secret-hint': 'AbCd',
    'orki.secret-created-at': '2026-11-01T10:00:00.000Z',
    'orki.created-at': '2026-11-01T10:00:00.000Z',
    'orki.created-by': '{"subject":"s","username":"u"}',
    'orki.updated-at': '2026-11-01T10:00:00.000Z',
    'orki.updated-by': '{"subject":"s","username":"u"}',
  },
};

describe('a secret that is valid beside the one of now', () => {
  const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
  const withPrevious = (validUntil: string, rotated: string | undefined) =>
    accountOf(
      clientWith({
        'orki.previous-secret': JSON.stringify({ hint: 'prev', validUntil }),
        'client.secret.rotated': rotated,
      }),
    );

  it('is shown by its hint, and never as it is', () => {
    const found = withPrevious(inAnHour, 'canary-rotated');
    expect(found?.previousSecret).toEqual({ hint: 'prev', validUntil: inAnHour });
    expect(JSON.stringify(found)).not.toContain('canary');
  });

  it('is not shown once its time is over, nor when Keycloak has it no more, nor when it is spoilt', () => {
    expect(withPrevious(new Date(Date.now() - 1).toISOString(), 'canary')?.previousSecret).toBeNull();
    expect(withPrevious(inAnHour, undefined)?.previousSecret).toBeNull();
    expect(withPrevious('soon', 'canary')?.previousSecret).toBeNull();
  });

  it('changes the version, and an account without one keeps the version that it had before there were any', () => {
    const without = accountOf(clientWith());
    expect(withPrevious(inAnHour, 'canary')?.version).not.toBe(without?.version);
    expect(withPrevious(inAnHour, undefined)?.version).toBe(without?.version);
    expect(accountOf(madeBefore)?.version).toBe('ul_x9qq5CZm3fCyj-MLDUx');
  });
});

describe('the attributes that a change writes', () => {
  it('are those that it names: Keycloak keeps the others, and an empty one deletes', () => {
    expect(editedAttributes({})).toEqual({});
    expect(editedAttributes({ username: 'x' })).toEqual({ 'orki.username': 'x' });
    expect(editedAttributes({ description: null })).toEqual({ 'orki.description': '' });
    expect(editedAttributes({ mode: 'agent', permissions: [] })).toEqual({
      'orki.mode': 'agent',
      'orki.permissions': '',
    });
  });

  it('hold the secret that stays valid where Keycloak looks for it, with the time at which it ends', () => {
    const previous = { hint: 'hint', validUntil: '2026-11-23T10:01:00.000Z' };
    const secret = { value: 'canary', hint: 'cana' };
    const renewal = { secret, expiresAt: null, requests: null, previous };
    const attributes = secretAttributes(renewal, '2026-11-23T10:00:00.900Z', 'the old one');
    expect(attributes).toMatchObject({
      'orki.previous-secret': JSON.stringify(previous),
      'client.secret.rotated': 'the old one',
      'client.secret.rotated.creation.time': String(Date.UTC(2026, 10, 23, 10) / 1000),
      'client.secret.rotated.expiration.time': String(Date.UTC(2026, 10, 23, 10, 1) / 1000),
    });
    const untouched = secretAttributes({ ...renewal, previous: 'stays' }, account.at);
    expect(Object.keys(untouched)).not.toContain('client.secret.rotated');
    expect(Object.keys(untouched)).not.toContain('orki.previous-secret');
  });

  it('never hold the secret itself', () => {
    const secret = { value: 'canary', hint: 'hint' };
    const attributes = secretAttributes(
      { secret, expiresAt: null, requests: null, previous: 'ends' },
      account.at,
    );
    expect(JSON.stringify(attributes)).not.toContain('canary');
  });
});
