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

  it('never hold the secret itself', () => {
    const attributes = secretAttributes({ value: 'canary', hint: 'hint' }, account.at, null);
    expect(JSON.stringify(attributes)).not.toContain('canary');
  });
});
