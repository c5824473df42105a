import { type KeyObject, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { assertionAlgorithm, keyId } from './client-keys.ts';

/** By what a client proves who it is: a key (private_key_jwt), or a secret. */
export type ClientCredential = { readonly privateKey: KeyObject } | { readonly secret: string };

interface Client {
  readonly clientId: string;
  readonly credential: ClientCredential;
  /** The realm as the world sees it; an assertion for another one is worth nothing. */
  readonly issuer: string;
}

/** Long enough for a slow call, and for clocks that differ a little. */
const assertionLifeSeconds = 30;

/**
 * The parameters by which a client authenticates at the token URL: its secret (RFC 6749, 2.3.1), or an assertion that
 * counts once (RFC 7523, 2.2), so it has to be made anew for each request.
 */
export async function authenticationParameters(client: Client): Promise<Record<string, string>> {
  const { clientId, credential } = client;
  if ('secret' in credential) return { client_id: clientId, client_secret: credential.secret };
  return {
    client_id: clientId,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await signAssertion(client, credential.privateKey),
  };
}

async function signAssertion({ clientId, issuer }: Client, privateKey: KeyObject): Promise<string> {
  const nowSeconds = Math.floor(Date.now() / 1000);
  return (
    new SignJWT()
      .setProtectedHeader({ alg: assertionAlgorithm, kid: await keyId(privateKey) })
      .setIssuer(clientId)
      .setSubject(clientId)
      // One audience, the issuer: Keycloak refuses several, and other addresses could be taken for another server's.
      .setAudience(issuer)
      .setJti(randomUUID())
      .setIssuedAt(nowSeconds)
      .setExpirationTime(nowSeconds + assertionLifeSeconds)
      .sign(privateKey)
  );
}
