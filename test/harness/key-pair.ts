import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { LiveRealm } from '../support/live-realm.ts';

/** One pair for all accounts of a run: they tell keys apart by what they are called. */
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwk = publicKey.export({ format: 'jwk' });

/** The public half, as a caller of the service sends it. */
export const publicKeyCalled = (kid: string): Record<string, unknown> => ({ ...jwk, kid });

/** The status of the token URL's answer to a client that signs with the key of this name (RFC 7523). */
export async function statusByKey(
  { issuer, tokenUrl }: LiveRealm,
  clientId: string,
  kid: string,
): Promise<number> {
  const assertion = await new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg: 'ES256', kid })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(issuer)
    .setIssuedAt()
    .setExpirationTime('30s')
    .sign(privateKey);
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
  });
  return (await fetch(tokenUrl, { method: 'POST', body })).status;
}
