import { createHmac, randomUUID } from 'node:crypto';
import { base64url, exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT } from 'jose';
import { afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { names } from '../../../src/names.ts';
import { createSignInClient, signIn } from '../../provisioning/test-person.ts';
import { decode } from '../../provisioning/test-realm.ts';
import { type AttackedHouse, attackedHouse } from '../../support/attacked-house.ts';
import { httpStub, json } from '../../support/http-stub.ts';
import { startProxy } from '../../support/live-proxy.ts';
import { usernameOf } from '../../support/live-realm.ts';
import { startService } from '../../support/live-service.ts';

let house: AttackedHouse;
beforeAll(async () => {
  house = await attackedHouse();
});
afterEach(() => void vi.useRealTimers());

const status = async (token: string) => (await house.request({ as: { token } })).status;

/** The parts of a token put together by hand, where a library would refuse to. */
const assembled = (header: object, claims: object, signature: (input: string) => Uint8Array) => {
  const input = [header, claims].map((part) => base64url.encode(JSON.stringify(part))).join('.');
  return `${input}.${base64url.encode(signature(input))}`;
};

describe('attack 14: a token whose signature is none', () => {
  it('is accepted as it is, and refused without a signature by any name of that', async () => {
    const token = await house.realm.tokenOf('admin');
    const { header, claims } = decode(token);
    expect(await status(token)).toBe(200);
    for (const alg of ['none', 'None', 'nOnE', 'NONE', '', undefined]) {
      expect(await status(assembled({ ...header, alg }, claims, () => new Uint8Array()))).toBe(401);
    }
  });

  it('is refused when the public key was taken for a shared secret', async () => {
    const { header, claims } = decode(await house.realm.tokenOf('admin'));
    const certs = (await (await fetch(`${house.realm.issuer}/protocol/openid-connect/certs`)).json()) as {
      keys: { kid: string; x5c?: string[] }[];
    };
    const key = certs.keys.find(({ kid }) => kid === header.kid);
    for (const secret of [JSON.stringify(key), key?.x5c?.[0] ?? 'x', header.kid]) {
      const hmac = (input: string) => createHmac('sha256', secret).update(input).digest();
      for (const alg of ['HS256', header.alg]) {
        expect(await status(assembled({ ...header, alg }, claims, hmac))).toBe(401);
      }
    }
  });

  it('is refused when it brings or names a key of its own, and nothing is fetched from where it points', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const jwk = { ...(await exportJWK(publicKey)), kid: 'own', alg: 'ES256', use: 'sig' };
    const elsewhere = await httpStub((_request, response) => json(response, 200, { keys: [jwk] }));
    const { claims } = decode(await house.realm.tokenOf('admin'));
    const certs = () => house.proxy.calls.filter(({ path }) => path.endsWith('/certs')).length;
    const fetched = certs();
    const headers: Partial<JWTHeaderParameters>[] = [
      { kid: 'own', jwk },
      { kid: 'own', jku: `${elsewhere.url}/keys` },
      { kid: 'own', x5u: `${elsewhere.url}/cert` },
      { kid: '../../../../dev/null' },
      { kid: `${elsewhere.url}/keys` },
      { kid: "x' OR '1'='1" },
    ];
    for (const header of headers) {
      const forged = new SignJWT(claims).setProtectedHeader({ alg: 'ES256', ...header });
      expect(await status(await forged.sign(privateKey))).toBe(401);
    }
    expect(elsewhere.received).toEqual([]);
    expect(certs() - fetched).toBeLessThanOrEqual(1);
  });

  it('is refused when a claim was changed after Keycloak signed', async () => {
    const [header, payload = '', signature] = (await house.realm.tokenOf('viewer')).split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    claims.resource_access['orki-api'].roles.push('mode-admin');
    expect(await status([header, base64url.encode(JSON.stringify(claims)), signature].join('.'))).toBe(401);
  });
});

describe('attack 15: a token that is for somebody else', () => {
  it('is refused from another realm', async () => {
    const { adminUsername: username, adminPassword: password } = house.realm;
    const master = { grant_type: 'password', client_id: 'admin-cli', username, password };
    expect(await status(await house.realm.token(master, 'master'))).toBe(401);
  });

  it('is refused without the audience, and accepted when it is one of several', async () => {
    const own = await signInWith({ defaultClientScopes: ['basic'] });
    expect(decode(own).claims.aud).toBeUndefined();
    expect(await status(own)).toBe(401);
    const wide = await signInWith({ defaultClientScopes: ['basic', 'roles', names.userScope] });
    expect(decode(wide).claims.aud).toEqual(expect.arrayContaining([names.apiClient, 'account']));
    expect(await status(wide)).toBe(200);
  });

  async function signInWith(scopes: object): Promise<string> {
    const clientId = `cli-${randomUUID()}`;
    await createSignInClient(house.realm, clientId, {
      fullScopeAllowed: true,
      optionalClientScopes: [],
      ...scopes,
    });
    return house.realm.token(signIn(clientId, usernameOf('admin')));
  }

  // From here on the realm's own signature is on everything: a test alone has a key of the realm.
  it.each([
    ['another issuer', { iss: 'https://auth.evil.test/realms/orki' }],
    ['no issuer', { iss: undefined }],
    ['another audience', { aud: 'account' }],
    ['audiences that are all others', { aud: ['account', 'orki-api2', 'ORKI-API'] }],
    ['no audience', { aud: undefined }],
    ['an audience that only holds the name', { aud: 'x orki-api' }],
  ])('is refused with %s, though a key of the realm signed it', async (_, claims) => {
    expect(await status(await house.forge(claims))).toBe(401);
    expect(await status(await house.forge())).toBe(200);
  });
});

it.each(['id_token', 'refresh_token'])('attack 16: no bearer token: %s', async (kind) => {
  const tokens = await house.realm.signIn('admin', 'openid');
  expect(await status(String(tokens[kind]))).toBe(401);
  expect(await status(String(tokens.access_token))).toBe(200);
});

it("attack 16: no bearer token: the service's own, nor one whose kind is forged", async () => {
  const grant = { grant_type: 'client_credentials', client_id: names.serviceClient };
  expect(await status(await house.realm.token({ ...grant, client_secret: house.realm.secret }))).toBe(401);
  for (const typ of ['ID', 'Refresh', 'Offline', 'bearer', undefined, 'Logout']) {
    expect(await status(await house.forge({ typ }))).toBe(401);
  }
});

const now = () => Math.floor(Date.now() / 1000);

it.each([
  ['is over', () => ({ exp: now() - 31 }), 401],
  ['was over a moment ago, within the tolerance', () => ({ exp: now() - 10 }), 200],
  ['never ends', () => ({ exp: undefined }), 401],
  ['begins later', () => ({ nbf: now() + 60 }), 401],
  ['begins in a moment, within the tolerance', () => ({ nbf: now() + 10 }), 200],
  ['has no time of issue', () => ({ iat: undefined }), 401],
])('attack 17: a token that %s', async (_, claims, expected) => {
  expect(await status(await house.forge(claims()))).toBe(expected);
});

describe("attack 18: Keycloak's keys", () => {
  it('are fetched once for a flood of unknown ones, and again after half a minute, for a new one', async () => {
    const proxy = await startProxy(house.realm.url);
    await using service = await startService(house.realm, { internalUrl: proxy.url });
    const certs = () => proxy.calls.filter(({ path }) => path.endsWith('/certs')).length;
    const send = async (token: string) => (await service.request({ as: { token } })).status;
    // Held for the whole test: one that is renewed while the next key is there is no token for other tests.
    const before = await house.realm.tokenOf('admin');
    expect(await send(before)).toBe(200);
    expect(certs()).toBe(1);

    const flood = Array.from({ length: 100 }, async () => send(await house.forge({}, { kid: randomUUID() })));
    expect(new Set(await Promise.all(flood))).toEqual(new Set([401]));
    expect(certs()).toBe(1);

    const rotation = { providerId: 'ecdsa-generated', providerType: 'org.keycloak.keys.KeyProvider' };
    const config = { priority: ['200'], ecdsaEllipticCurveKey: ['P-256'] };
    const component = { name: 'next', ...rotation, config };
    const { location } = await house.realm.admin('POST', '/components', component);
    // Other tests sign in to this realm, at a service that knows its keys of before.
    onTestFinished(async () => {
      await house.realm.admin('DELETE', `/components/${location?.split('/').pop()}`);
    });
    const { access_token: next = '' } = await house.realm.signIn('admin', 'openid');
    expect(await send(next)).toBe(401);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31_000 });
    expect(await send(next)).toBe(200);
    expect(await send(before)).toBe(200);
    expect(certs()).toBe(2);

    await proxy.close();
    // 503 and not 401: the token was verified by the keys that are known, and only then Keycloak was asked.
    expect(await send(next)).toBe(503);
    expect(await send(`${next}x`)).toBe(401);
  });
});

it.each([
  ['two tenants', ['acme', 'globex']],
  ['one in a list', ['acme']],
  ['a number', 7],
  ['an object', { acme: true }],
  ['nothing', ''],
  ['null', null],
])('attack 19: a tenant claim that is %s is refused', async (_, tenant) => {
  expect(await status(await house.forge({ [names.tenantClaim]: tenant }))).toBe(401);
});

it('attack 19: a tenant claim of another name or case is none', async () => {
  for (const name of ['Tenant_Id', 'tenant', 'tenantId']) {
    expect(await status(await house.forge({ [names.tenantClaim]: undefined, [name]: 'acme' }))).toBe(401);
  }
  for (const tenant of ['ACME', 'acme ', 'acme\u0000', 'acme/../globex']) {
    expect(await status(await house.forge({ [names.tenantClaim]: tenant }))).toBe(403);
  }
});
