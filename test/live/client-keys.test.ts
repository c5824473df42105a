import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { authenticationParameters } from '../../src/keycloak/calls/client-authentication.ts';
import { keyId } from '../../src/keycloak/calls/client-keys.ts';
import { connectKeycloak } from '../../src/keycloak/connect.ts';
import { names } from '../../src/names.ts';
import { roleHolders } from '../provisioning/role-holders.ts';
import { type TestRealm, testRealm } from '../provisioning/test-realm.ts';

/*
 * private_key_jwt as this Keycloak takes it: what the service and the rotation of its keys rely on, and what a thief of
 * a stored secret or of an old assertion would try.
 */
const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const [current, next, stranger] = [pair(), pair(), pair()];

let realm: TestRealm;
let issuer: string;
beforeAll(async () => {
  realm = await testRealm(inject('keycloak'), 'client-keys');
  issuer = `${realm.url}/realms/${realm.name}`;
  await realm.provision(withKeys(current));
});

type Pair = ReturnType<typeof pair>;
function withKeys(...pairs: Pair[]) {
  return { serviceClientKeys: pairs.map(({ publicKey }) => publicKey), serviceClientSecret: undefined };
}

/** What the token URL answers, as status and error code. */
async function outcome(parameters: Record<string, string>): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...parameters });
  const response = await fetch(`${issuer}/protocol/openid-connect/token`, { method: 'POST', body });
  const { error = 'ok' } = (await response.json()) as { error?: string };
  return `${response.status} ${error}`;
}

/** What this Keycloak says of any authentication that fails where it wants an assertion. */
const refused = '400 invalid_client';
const clientId = names.serviceClient;
const withKey = async ({ privateKey }: Pair) =>
  outcome(await authenticationParameters({ clientId, issuer, credential: { privateKey } }));

/** An assertion like the service's own, but for what is given; a claim that is undefined is left out. */
async function assertion(
  changes: Record<string, unknown> = {},
  by: { key?: KeyObject; kid?: string; alg?: string } = {},
): Promise<Record<string, string>> {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: clientId, sub: clientId, aud: issuer, jti: randomUUID(), iat: now, exp: now + 30 };
  const { key = current.privateKey, kid = await keyId(current.publicKey), alg = 'ES256' } = by;
  return {
    client_id: clientId,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await new SignJWT({ ...claims, ...changes }).setProtectedHeader({ alg, kid }).sign(key),
  };
}

describe("the service's own client with a key", () => {
  it('gets tokens by the assertions that the service makes, and a second run of provisioning changes nothing', async () => {
    expect(await withKey(current)).toBe('200 ok');
    expect((await realm.check(withKeys(current))).lines).toEqual([]);
    const { counts } = await realm.provision(withKeys(current));
    expect(counts).toMatchObject({ created: 0, updated: 0, removed: 0 });
  });

  it('is all that the running service needs', async () => {
    const connection = connectKeycloak(
      {
        internalUrl: realm.url,
        issuer,
        realm: realm.name,
        clientId,
        credential: { privateKey: current.privateKey },
        callTimeoutMs: 10_000,
      },
      () => undefined,
    );
    try {
      expect(await connection.checkReadiness()).toEqual({
        keycloak: 'up',
        provisioned: true,
        missing: [],
        unavailable: [],
      });
    } finally {
      await connection.close();
    }
  });

  it.each<[string, () => Promise<Record<string, string>>]>([
    ['of another key under its name', () => assertion({}, { key: stranger.privateKey })],
    [
      'of another key under that one’s name',
      async () => assertion({}, { key: stranger.privateKey, kid: await keyId(stranger.publicKey) }),
    ],
    ['that has expired', () => assertion({ iat: 1_700_000_000, exp: 1_700_000_030 })],
    ['that never expires', () => assertion({ exp: undefined })],
    ['for another realm', () => assertion({ aud: `${realm.url}/realms/master` })],
    ['for several audiences', () => assertion({ aud: [issuer, 'https://elsewhere.test'] })],
    ['of another client', () => assertion({ iss: names.apiClient, sub: names.apiClient })],
    ['without a name of its own', () => assertion({ jti: undefined })],
  ])('is refused an assertion %s', async (_name, parameters) => {
    expect(await outcome(await parameters())).toBe(refused);
  });

  it('is refused an assertion that it has used already', async () => {
    const parameters = await assertion();
    expect(await outcome(parameters)).toBe('200 ok');
    expect(await outcome(parameters)).toBe(refused);
  });

  it('opens nothing by the secret that Keycloak stores with it', async () => {
    const { body } = await realm.admin('GET', `/clients/${await realm.uuidOf(clientId)}/client-secret`);
    expect(body.value).toBeTypeOf('string');
    expect(await outcome({ client_id: clientId, client_secret: body.value })).toBe(refused);
  });

  it('opens nothing by an assertion that is signed with that secret', async () => {
    const { body } = await realm.admin('GET', `/clients/${await realm.uuidOf(clientId)}/client-secret`);
    const secret = new TextEncoder().encode(body.value);
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: clientId, sub: clientId, aud: issuer, jti: randomUUID(), exp: now + 30 };
    const client_assertion = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(secret);
    const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
    expect(await outcome({ client_id: clientId, client_assertion, client_assertion_type })).toMatch(
      /^40[01] /,
    );
  });
});

it.each(roleHolders)('the secret that Keycloak stores with %s opens nothing', async (name) => {
  const { body } = await realm.admin('GET', `/clients/${await realm.uuidOf(name)}/client-secret`);
  const { body: client } = await realm.admin('GET', `/clients/${await realm.uuidOf(name)}`);
  expect(client.clientAuthenticatorType).toBe('client-jwt');
  const secret = body.value ?? client.secret ?? 'there is none';
  expect(await outcome({ client_id: name, client_secret: secret })).toBe(refused);
  const introspection = await fetch(`${issuer}/protocol/openid-connect/token/introspect`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: name, client_secret: secret, token: 'any' }),
  });
  expect(introspection.status).toBe(400);
});

it('takes both keys while one replaces the other, and the old one no more when that is over', async () => {
  const { lines } = await realm.check(withKeys(current, next));
  expect(lines).toEqual([expect.stringContaining(`client ${clientId}: attributes.jwks.string`)]);

  await realm.provision(withKeys(current, next));
  expect([await withKey(current), await withKey(next)]).toEqual(['200 ok', '200 ok']);

  await realm.provision(withKeys(next));
  expect([await withKey(current), await withKey(next)]).toEqual([refused, '200 ok']);
  await realm.provision(withKeys(current));
});

it('a client that had a secret is put onto keys, and the secret is dead with that; and back', async () => {
  const other = await testRealm(inject('keycloak'), 'client-key-later');
  await other.provision();
  const bySecret = { grant_type: 'client_credentials', client_id: clientId, client_secret: other.secret };
  await other.token(bySecret);

  await other.provision(withKeys(current));
  await expect(other.token(bySecret)).rejects.toThrow('no token');
  const credential = { privateKey: current.privateKey };
  const otherIssuer = `${other.url}/realms/${other.name}`;
  const byKey = async () => ({
    grant_type: 'client_credentials',
    ...(await authenticationParameters({ clientId, issuer: otherIssuer, credential })),
  });
  await other.token(await byKey());

  await other.provision();
  await other.token(bySecret);
  await expect(other.token(await byKey())).rejects.toThrow('no token');
});
