import { randomUUID } from 'node:crypto';
import { exportPKCS8, generateKeyPair, type JWTHeaderParameters, SignJWT } from 'jose';
import type { LiveRealm } from './live-realm.ts';

/**
 * Puts a key into the realm whose private half the test keeps, so that it can sign any claims as Keycloak would. Its
 * priority is the least: Keycloak goes on signing with its own.
 */
export async function keyOfTheRealm({ admin, issuer }: LiveRealm) {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const { status, location } = await admin('POST', '/components', {
    name: 'attacker',
    providerType: 'org.keycloak.keys.KeyProvider',
    providerId: 'rsa',
    config: { privateKey: [await exportPKCS8(privateKey)], algorithm: ['RS256'], priority: ['-100'] },
  });
  if (status !== 201) throw new Error(`the key was not taken: ${status}`);
  const { body } = await admin('GET', '/keys');
  const providerId = location?.split('/').pop();
  const kid: string = body.keys.find((key: { providerId: string }) => key.providerId === providerId).kid;
  const now = () => Math.floor(Date.now() / 1000);

  /** Signs claims that are acme's administrator's but for what is given. */
  return (claims: Record<string, unknown> = {}, header: Partial<JWTHeaderParameters> = {}) =>
    new SignJWT({
      iss: issuer,
      aud: 'orki-api',
      sub: randomUUID(),
      azp: 'orki-frontend',
      typ: 'Bearer',
      tenant_id: 'acme',
      iat: now(),
      exp: now() + 60,
      resource_access: {
        'orki-api': { roles: ['mode-admin', 'service-accounts:read', 'service-accounts:write'] },
      },
      ...claims,
    })
      .setProtectedHeader({ alg: 'RS256', kid, ...header })
      .sign(privateKey);
}
