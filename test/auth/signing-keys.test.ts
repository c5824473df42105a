import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { fetchSigningKeys } from '../../src/auth/signing-keys.ts';
import { createTokenVerifier } from '../../src/auth/token-verifier.ts';
import { httpStub, json } from '../support/http-stub.ts';
import { issuer } from '../support/test-app.ts';

interface RealmKey {
  readonly kid: string;
  readonly jwk: JWK;
  token(kid?: string): Promise<string>;
}

async function realmKey(): Promise<RealmKey> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const own = randomUUID();
  return {
    kid: own,
    jwk: { ...(await exportJWK(publicKey)), kid: own, alg: 'ES256', use: 'sig' },
    token: (kid = own) =>
      new SignJWT({ typ: 'Bearer', azp: 'orki-frontend', tenant_id: 'acme' })
        .setProtectedHeader({ alg: 'ES256', kid })
        .setIssuer(issuer)
        .setAudience('orki-api')
        .setSubject('subject')
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(privateKey),
  };
}

/** A realm that shows `published`, and a verifier that asks it. */
async function realm(published: RealmKey[]) {
  const state = { published, status: 200 as number, body: undefined as unknown };
  const server = await httpStub((_request, response) =>
    json(response, state.status, state.body ?? { keys: state.published.map(({ jwk }) => jwk) }),
  );
  const errors: unknown[] = [];
  const signingKeys = fetchSigningKeys(new URL(server.url), 5_000, (error) => errors.push(error));
  onTestFinished(() => signingKeys.close());
  const verify = createTokenVerifier({ issuer, keys: signingKeys.keys });
  return { server, state, errors, verify };
}

const refused = { status: 401 };
const unavailable = { status: 503, code: 'keycloak-unavailable' };

// Only the clock is set by hand; sockets keep their own time.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

describe("the realm's keys", () => {
  it('are not fetched before the first token, and once for many at a time', async () => {
    const key = await realmKey();
    const { server, verify } = await realm([key]);
    expect(server.received).toHaveLength(0);
    await Promise.all(Array.from({ length: 20 }, async () => verify(await key.token())));
    expect(server.received).toHaveLength(1);
  });

  it('are followed when they rotate, though not within 30 s of the last fetch', async () => {
    const [old, fresh] = [await realmKey(), await realmKey()];
    const { server, state, verify } = await realm([old]);
    await verify(await old.token());
    state.published = [fresh, old];
    await expect(verify(await fresh.token())).rejects.toMatchObject(refused);
    vi.setSystemTime(Date.now() + 31_000);
    await expect(verify(await fresh.token())).resolves.toMatchObject({ subject: 'subject' });
    await expect(verify(await old.token())).resolves.toMatchObject({ subject: 'subject' });
    expect(server.received).toHaveLength(2);
  });

  it('are fetched once in 30 s, however many tokens name unknown keys', async () => {
    const key = await realmKey();
    const { server, verify } = await realm([key]);
    await verify(await key.token());
    vi.setSystemTime(Date.now() + 31_000);
    for (let round = 0; round < 50; round += 1) {
      await expect(verify(await key.token(randomUUID()))).rejects.toMatchObject(refused);
    }
    expect(server.received).toHaveLength(2);
  });

  it.each([500, 404])('are asked for once in 30 s also while the answer is %i', async (status) => {
    const key = await realmKey();
    const { server, state, verify } = await realm([key]);
    await verify(await key.token());
    vi.setSystemTime(Date.now() + 31_000);
    state.status = status;
    for (let round = 0; round < 20; round += 1) {
      await expect(verify(await key.token(randomUUID()))).rejects.toMatchObject(unavailable);
      await expect(verify(await key.token())).resolves.toBeDefined();
    }
    expect(server.received).toHaveLength(2);
    vi.setSystemTime(Date.now() + 31_000);
    state.status = 200;
    await expect(verify(await key.token(randomUUID()))).rejects.toMatchObject(refused);
    expect(server.received).toHaveLength(3);
  });

  it('go on verifying while Keycloak is down, however long', async () => {
    const key = await realmKey();
    const { server, verify } = await realm([key]);
    await verify(await key.token());
    await server.close();
    vi.setSystemTime(Date.now() + 30 * 60_000);
    await expect(verify(await key.token())).resolves.toMatchObject({ subject: 'subject' });
  });

  it('make a 503 while they were never seen, and work as soon as they are', async () => {
    const key = await realmKey();
    const { state, verify } = await realm([key]);
    state.status = 503;
    await expect(verify(await key.token())).rejects.toMatchObject(unavailable);
    state.status = 200;
    await expect(verify(await key.token())).resolves.toMatchObject({ subject: 'subject' });
  });

  it.each([{}, { keys: 'x' }, [], 'x', null])(
    'make a 503 when the answer is no key set: %j',
    async (body) => {
      const key = await realmKey();
      const { state, verify } = await realm([key]);
      state.body = body;
      if (body === null) state.status = 204;
      await expect(verify(await key.token())).rejects.toMatchObject(unavailable);
    },
  );

  it('go when they were withdrawn, at the next refresh after ten minutes', async () => {
    const [old, fresh] = [await realmKey(), await realmKey()];
    const { server, state, verify } = await realm([old]);
    await verify(await old.token());
    state.published = [fresh];
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    await vi.waitFor(() => expect(server.received).toHaveLength(2));
    await vi.waitFor(async () => expect(verify(await old.token())).rejects.toMatchObject(refused));
  });

  it('stay, and the log is told, when a refresh fails', async () => {
    const key = await realmKey();
    const { errors, state, verify } = await realm([key]);
    await verify(await key.token());
    state.status = 500;
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    await vi.waitFor(() => expect(errors).toHaveLength(1));
    await expect(verify(await key.token())).resolves.toMatchObject({ subject: 'subject' });
  });

  it('are not waited for longer than the time-out', async () => {
    const key = await realmKey();
    const server = await httpStub(() => undefined);
    const signingKeys = fetchSigningKeys(new URL(server.url), 50, () => undefined);
    onTestFinished(() => signingKeys.close());
    const verify = createTokenVerifier({ issuer, keys: signingKeys.keys });
    await expect(verify(await key.token())).rejects.toMatchObject(unavailable);
  });
});
